/** What this program relies on when it talks to ECR Public, said with the SDK that it uses. */
import { ECRPUBLICClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContractTarget, clientConfig } from "./aws-target.ts";

const hourMs = 3_600_000;

export type EcrPublicTarget = Pick<ContractTarget, "endpoint" | "credentials" | "region" | "close">;

export function ecrPublicContract(name: string, start: () => Promise<EcrPublicTarget>): void {
  describe(`ECR Public: ${name}`, () => {
    let target: EcrPublicTarget;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target?.close());

    async function mint(region = "us-east-1") {
      const client = new ECRPUBLICClient({ ...clientConfig(target), region });
      try {
        return (await client.send(new GetAuthorizationTokenCommand({}))).authorizationData;
      } finally {
        client.destroy();
      }
    }

    test("answers one object, without an endpoint, whose token is base64 of AWS:<password>", async () => {
      const data = await mint();
      expect(Object.keys(data ?? {}).sort()).toEqual(["authorizationToken", "expiresAt"]);
      const token = data?.authorizationToken ?? "";
      expect(token).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
      expect(Buffer.from(token, "base64").toString()).toMatch(/^AWS:[\x21-\x7e]+$/);
    });

    test("answers a token that is good for about 12 hours", async () => {
      const lifeMs = ((await mint())?.expiresAt?.getTime() ?? 0) - Date.now();
      expect(lifeMs / hourMs).toBeGreaterThan(11.9);
      expect(lifeMs / hourMs).toBeLessThan(12.1);
    });

    test("answers another token each time", async () => {
      const [one, other] = [await mint(), await mint()];
      expect(one?.authorizationToken).not.toBe(other?.authorizationToken);
    });

    test.each(["us-west-2", "eu-west-1"])("has no tokens in another region: %s", async (region) => {
      await expect(mint(region)).rejects.toMatchObject({ name: "UnsupportedCommandException" });
    });
  });
}
