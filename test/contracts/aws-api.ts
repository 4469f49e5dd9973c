/**
 * What this program relies on when it talks to ECR and STS, said with the SDK that it uses. It holds for
 * the fake, and for an emulator that evaluates IAM policies. Statuses of errors are left out: the
 * emulator answers 403 where ECR answers 400; the program goes by names.
 */
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume as assumeAt, type ContractTarget, clientConfig } from "./aws-target.ts";

const hourMs = 3_600_000;

export function awsApiContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`AWS API: ${name}`, () => {
    let target: ContractTarget;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target?.close());

    async function mint(credentials = target.credentials, region = target.region) {
      const client = new ECRClient(clientConfig(target, { credentials, region }));
      const answer = await client.send(new GetAuthorizationTokenCommand({}));
      client.destroy();
      return answer.authorizationData ?? [];
    }

    function whoAmI(credentials = target.credentials) {
      return new STSClient(clientConfig(target, { credentials })).send(
        new GetCallerIdentityCommand({}),
      );
    }

    const assume = (roleArn: string) => assumeAt(target, roleArn);

    const unknownKey = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
    // Of a session: the emulator takes its root key with whatever secret.
    const wrongSecret = async () => ({
      ...(await assume(target.roleArn)),
      secretAccessKey: "wrong",
    });

    describe("GetAuthorizationToken", () => {
      test("answers one token, which is base64 of AWS:<password>", async () => {
        const [data, ...more] = await mint();
        const token = data?.authorizationToken ?? "";
        expect(more).toEqual([]);
        expect(token).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
        expect(Buffer.from(token, "base64").toString()).toMatch(/^AWS:[\x21-\x7e]+$/);
      });

      test("answers a token that is good for about 12 hours", async () => {
        const [data] = await mint();
        const lifeMs = (data?.expiresAt?.getTime() ?? 0) - Date.now();
        expect(lifeMs / hourMs).toBeGreaterThan(11.9);
        expect(lifeMs / hourMs).toBeLessThan(12.1);
      });

      test.each(["us-east-1", "eu-west-1", "ap-southeast-2"])(
        "names the caller's registry in the region that was asked: %s",
        async (region) => {
          const [data] = await mint(target.credentials, region);
          expect(data?.proxyEndpoint).toBe(
            `https://${target.account}.dkr.ecr.${region}.amazonaws.com`,
          );
        },
      );

      test("names the registry of the role's account for an assumed role", async () => {
        const [data] = await mint(await assume(target.roleArn));
        expect(data?.proxyEndpoint).toBe(
          `https://${accountOf(target.roleArn)}.dkr.ecr.${target.region}.amazonaws.com`,
        );
      });

      // AWS goes on with the resource, `*`, which the emulator leaves out.
      test("is denied to a role without the right, naming action and principal", async () => {
        const session = await assume(target.powerlessRoleArn);
        await expect(mint(session)).rejects.toMatchObject({
          name: "AccessDeniedException",
          message: expect.stringMatching(
            /^User: arn:aws:sts::\d{12}:assumed-role\/\S+\/contract is not authorized to perform: ecr:GetAuthorizationToken /,
          ),
        });
      });

      test("says that an access key is unknown", async () => {
        await expect(mint(unknownKey)).rejects.toMatchObject({
          name: "UnrecognizedClientException",
        });
      });

      test("says that a session token isn't that session's", async () => {
        const session = await assume(target.roleArn);
        await expect(mint({ ...session, sessionToken: "another" })).rejects.toMatchObject({
          name: "UnrecognizedClientException",
        });
      });

      test("says that a signature is wrong", async () => {
        await expect(mint(await wrongSecret())).rejects.toMatchObject({
          name: "InvalidSignatureException",
        });
      });
    });

    describe("GetCallerIdentity", () => {
      test("names the account of the credentials", async () => {
        const { Account, Arn, UserId } = await whoAmI();
        expect(Account).toBe(target.account);
        expect(Arn).toMatch(new RegExp(`^arn:aws:iam::${target.account}:`));
        expect(UserId).toMatch(/\S/);
      });

      test("names the role's account and the session for an assumed role", async () => {
        const { Account, Arn } = await whoAmI(await assume(target.roleArn));
        const account = accountOf(target.roleArn);
        const role = target.roleArn.split("/").at(-1);
        expect(Account).toBe(account);
        expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/${role}/contract`);
      });

      test("says that an access key is unknown", async () => {
        await expect(whoAmI(unknownKey)).rejects.toMatchObject({ name: "InvalidClientTokenId" });
      });

      test("says that a signature is wrong", async () => {
        await expect(whoAmI(await wrongSecret())).rejects.toMatchObject({
          name: "SignatureDoesNotMatch",
        });
      });
    });

    describe("AssumeRole", () => {
      test("answers a session of about an hour", async () => {
        const { expiration } = await assume(target.roleArn);
        const lifeMs = (expiration?.getTime() ?? 0) - Date.now();
        expect(lifeMs / hourMs).toBeGreaterThan(0.98);
        expect(lifeMs / hourMs).toBeLessThan(1.02);
      });

      // The emulator leaves the principal out of this one, so only the rest is asked for.
      test("is denied for a role that doesn't exist, naming action and role", async () => {
        const nobody = `arn:aws:iam::${target.account}:role/nobody`;
        await expect(assume(nobody)).rejects.toMatchObject({
          name: "AccessDenied",
          message: expect.stringMatching(
            `is not authorized to perform: sts:AssumeRole on resource: ${nobody}$`,
          ),
        });
      });

      test.each([
        ["is no JSON", "allow everything"],
        ["says nothing", "{}"],
      ])("refuses a session policy that %s", async (_, policy) => {
        await expect(assumeAt(target, target.roleArn, policy)).rejects.toMatchObject({
          name: "MalformedPolicyDocumentException",
        });
      });

      test("takes a session policy", async () => {
        const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
        const policy = JSON.stringify({ Version: "2012-10-17", Statement: statement });
        const { accessKeyId } = await assumeAt(target, target.roleArn, policy);
        expect(accessKeyId).toMatch(/^ASIA/);
      });

      test("refuses what isn't the ARN of a role", async () => {
        await expect(assume("arn:aws:iam::123456789012:user/somebody")).rejects.toMatchObject({
          name: "ValidationError",
        });
      });
    });
  });
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}
