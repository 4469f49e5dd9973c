/**
 * What this program relies on in Secrets Manager, said with the SDK that it uses. Left out is what
 * the emulator doesn't do: it searches names for the filter's text anywhere, ignores CreateSecret's
 * token, overwrites a version when its token comes again with another content, lets two versions have
 * AWSPENDING, refuses to restore what isn't deleted, and knows no limits.
 */
import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume, type ContractTarget, clientConfig } from "./aws-target.ts";

const dayMs = 24 * 3_600_000;

export function secretsManagerContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`Secrets Manager: ${name}`, () => {
    let target: ContractTarget;
    let client: SecretsManagerClient;
    beforeAll(async () => {
      target = await start();
      client = new SecretsManagerClient(clientConfig(target));
    });
    afterAll(() => target?.close());

    /** Every test has secrets of its own. */
    async function create(input: Partial<CreateSecretCommandInput> = {}) {
      const Name = `contract/${randomUUID()}`;
      const secret = { Name, SecretString: "first", ...input };
      const { VersionId = "", ARN = "" } = await client.send(new CreateSecretCommand(secret));
      return { name: secret.Name, arn: ARN, version: VersionId };
    }

    const get = (SecretId: string, which: Partial<GetSecretValueCommandInput> = {}) =>
      client.send(new GetSecretValueCommand({ SecretId, ...which }));

    async function put(SecretId: string, SecretString: string, VersionStages?: string[]) {
      const command = new PutSecretValueCommand({ SecretId, SecretString, VersionStages });
      const { VersionId = "" } = await client.send(command);
      return VersionId;
    }

    const describeSecret = (SecretId: string) =>
      client.send(new DescribeSecretCommand({ SecretId }));

    async function stagesOf(secretId: string) {
      const { VersionIdsToStages = {} } = await describeSecret(secretId);
      return VersionIdsToStages;
    }

    function move(SecretId: string, from: string | undefined, to: string | undefined) {
      const versions = { RemoveFromVersionId: from, MoveToVersionId: to };
      const input = { SecretId, VersionStage: "AWSCURRENT", ...versions };
      return client.send(new UpdateSecretVersionStageCommand(input));
    }

    const tag = (SecretId: string, tags: Readonly<Record<string, string>>) =>
      client.send(new TagResourceCommand({ SecretId, Tags: tagList(tags) }));

    async function tagsOf(secretId: string) {
      const { Tags = [] } = await describeSecret(secretId);
      return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
    }

    async function list(input: ListSecretsCommandInput) {
      const pages = [];
      for await (const { SecretList = [] } of paginateListSecrets({ client }, input)) {
        pages.push(SecretList);
      }
      return pages;
    }

    const missing = "contract/nowhere";

    describe("CreateSecret", () => {
      test("answers an ARN that ends in six random characters", async () => {
        const { name, arn } = await create();
        const prefix = `arn:aws:secretsmanager:${target.region}:${target.account}:secret:`;
        expect(arn.slice(0, -6)).toBe(`${prefix}${name}-`);
        expect(arn.slice(-6)).toMatch(/^[A-Za-z0-9]{6}$/);
      });

      test("makes the value current", async () => {
        const { name, version } = await create();
        expect(await stagesOf(name)).toEqual({ [version]: ["AWSCURRENT"] });
      });

      test("refuses a name that is taken", async () => {
        const { name } = await create();
        await expect(create({ Name: name })).rejects.toMatchObject({
          name: "ResourceExistsException",
        });
      });

      test("keeps the tags and the key that it is given", async () => {
        const Tags = tagList({ owner: "us" });
        const { name } = await create({ Tags, KmsKeyId: "alias/ours" });
        expect(await describeSecret(name)).toMatchObject({ Tags, KmsKeyId: "alias/ours" });
      });
    });

    describe("GetSecretValue", () => {
      test("answers the current value by name, ARN, and ARN without its end", async () => {
        const { name, arn, version } = await create({ SecretString: "kubeconfig" });
        for (const id of [name, arn, arn.slice(0, -7)]) {
          expect(await get(id)).toMatchObject({
            Name: name,
            ARN: arn,
            SecretString: "kubeconfig",
            VersionId: version,
            VersionStages: ["AWSCURRENT"],
          });
        }
      });

      test("answers the bytes of a binary secret, and no text", async () => {
        const bytes = new Uint8Array([0, 255, 128]);
        const { name } = await create({ SecretString: undefined, SecretBinary: bytes });
        const { SecretBinary, SecretString } = await get(name);
        expect([SecretBinary, SecretString]).toEqual([bytes, undefined]);
      });

      test("answers a value with every kind of character as it was put", async () => {
        const SecretString = '{"ä": "\\u0000 \u2028 😀"}\n';
        const { name } = await create({ SecretString });
        expect(await get(name)).toMatchObject({ SecretString });
      });

      test("answers the version that was asked for", async () => {
        const { name, version } = await create();
        await put(name, "second");
        expect(await get(name, { VersionId: version })).toMatchObject({ SecretString: "first" });
        expect(await get(name, { VersionStage: "AWSPREVIOUS" })).toMatchObject({
          SecretString: "first",
        });
      });

      test("doesn't find what isn't there", async () => {
        const { name } = await create();
        const absent = [
          () => get(missing),
          () => get(name, { VersionStage: "AWSPENDING" }),
          () => get(name, { VersionId: randomUUID() }),
        ];
        for (const ask of absent) {
          await expect(ask()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
        }
      });

      test("is denied to a role without the right, naming action and principal", async () => {
        const { name } = await create();
        const credentials = await assume(target, target.powerlessRoleArn);
        const powerless = new SecretsManagerClient(clientConfig(target, { credentials }));
        const answer = powerless.send(new GetSecretValueCommand({ SecretId: name }));
        await expect(answer).rejects.toMatchObject({
          name: "AccessDeniedException",
          message: expect.stringMatching(
            /^User: arn:aws:sts::\d{12}:assumed-role\/\S+\/contract is not authorized to perform: secretsmanager:GetSecretValue /,
          ),
        });
      });
    });

    describe("PutSecretValue", () => {
      test("makes the value current, and the earlier one previous", async () => {
        const { name, version } = await create();
        const second = await put(name, "second");
        expect(await stagesOf(name)).toEqual({
          [version]: ["AWSPREVIOUS"],
          [second]: ["AWSCURRENT"],
        });
      });

      test("leaves the current one alone when it is given a label", async () => {
        const { name, version } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        expect(await get(name)).toMatchObject({ SecretString: "first", VersionId: version });
        expect(await get(name, { VersionStage: "AWSPENDING" })).toMatchObject({
          SecretString: "second",
          VersionId: pending,
        });
      });

      test("takes the token for the version's id, and the same again for the same", async () => {
        const { name } = await create();
        const ClientRequestToken = randomUUID();
        const input = { SecretId: name, SecretString: "second", ClientRequestToken };
        for (const _attempt of [1, 2]) {
          const { VersionId } = await client.send(new PutSecretValueCommand(input));
          expect(VersionId).toBe(ClientRequestToken);
        }
        expect(await stagesOf(name)).toMatchObject({ [ClientRequestToken]: ["AWSCURRENT"] });
      });

      test("doesn't find a secret that isn't there", async () => {
        await expect(put(missing, "value")).rejects.toMatchObject({
          name: "ResourceNotFoundException",
        });
      });
    });

    describe("UpdateSecretVersionStage", () => {
      test("moves a label from the version that has it to another", async () => {
        const { name, version } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        await move(name, version, pending);
        expect(await get(name)).toMatchObject({ SecretString: "second" });
        expect(await stagesOf(name)).toMatchObject({
          [version]: ["AWSPREVIOUS"],
          [pending]: expect.arrayContaining(["AWSCURRENT"]),
        });
      });

      test("refuses to move a label that was moved meanwhile, and changes nothing", async () => {
        const { name, version } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        await put(name, "somebody else's");
        const before = await stagesOf(name);
        await expect(move(name, version, pending)).rejects.toMatchObject({
          name: "InvalidParameterException",
        });
        expect(await stagesOf(name)).toEqual(before);
        expect(await get(name)).toMatchObject({ SecretString: "somebody else's" });
      });

      test("refuses to move a label without the version that loses it", async () => {
        const { name } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        await expect(move(name, undefined, pending)).rejects.toMatchObject({
          name: "InvalidParameterException",
        });
      });

      test("refuses a move from nowhere to nowhere", async () => {
        const { name } = await create();
        await expect(move(name, undefined, undefined)).rejects.toMatchObject({
          name: "InvalidParameterException",
        });
      });

      test("takes one that is made already for made", async () => {
        const { name, version } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        await move(name, version, pending);
        // AWS may refuse it as well as not: either way nothing changes.
        await move(name, version, pending).catch(({ name: error }) =>
          expect(error).toBe("InvalidParameterException"),
        );
        expect(await get(name)).toMatchObject({ SecretString: "second" });
      });

      test("refuses to move a label to a version that isn't there", async () => {
        const { name, version } = await create();
        await expect(move(name, version, randomUUID())).rejects.toMatchObject({
          name: "ResourceNotFoundException",
        });
      });

      test("doesn't find a secret that isn't there", async () => {
        await expect(move(missing, randomUUID(), randomUUID())).rejects.toMatchObject({
          name: "ResourceNotFoundException",
        });
      });

      test("takes a label away, and with it the version from the list", async () => {
        const { name, version } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        await client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: name,
            VersionStage: "AWSPENDING",
            RemoveFromVersionId: pending,
          }),
        );
        expect(await stagesOf(name)).toEqual({ [version]: ["AWSCURRENT"] });
      });
    });

    describe("UpdateSecret", () => {
      test("changes the key, and leaves the value", async () => {
        const { name, version } = await create();
        await client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: "alias/ours" }));
        expect(await describeSecret(name)).toMatchObject({ KmsKeyId: "alias/ours" });
        expect(await get(name)).toMatchObject({ SecretString: "first", VersionId: version });
      });

      test("goes back to the key of AWS with an empty one", async () => {
        const { name } = await create({ KmsKeyId: "alias/ours" });
        await client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: "" }));
        expect((await describeSecret(name)).KmsKeyId).toBeUndefined();
      });
    });

    describe("ListSecretVersionIds", () => {
      test("lists each version with its labels", async () => {
        const { name, version } = await create();
        const pending = await put(name, "second", ["AWSPENDING"]);
        const command = new ListSecretVersionIdsCommand({ SecretId: name });
        const { Versions = [] } = await client.send(command);
        const labels = Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]);
        expect(Object.fromEntries(labels)).toEqual({
          [version]: ["AWSCURRENT"],
          [pending]: ["AWSPENDING"],
        });
      });
    });

    describe("ListSecrets", () => {
      const byName = (value: string) => [{ Key: "name" as const, Values: [value] }];

      test("lists page by page, each secret with its tags", async () => {
        const prefix = `pages/${randomUUID()}/`;
        const names = Array.from({ length: 7 }, (_, index) => `${prefix}${index}`);
        for (const Name of names) {
          await create({ Name, Tags: tagList({ is: Name }) });
        }
        await create();
        const pages = await list({ Filters: byName(prefix), MaxResults: 3 });
        expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
        const listed = pages.flat().map(({ Name, Tags }) => [Name, Tags?.[0]?.Value]);
        expect(listed.sort()).toEqual(names.map((each) => [each, each]));
      });

      test("has one page, and no token, for what fits", async () => {
        const { name, arn, version } = await create();
        const [page, ...more] = await list({ Filters: byName(name), MaxResults: 1 });
        expect(page).toMatchObject([
          { Name: name, ARN: arn, SecretVersionsToStages: { [version]: ["AWSCURRENT"] } },
        ]);
        expect(more).toEqual([]);
      });

      test("leaves out what is marked for deletion, unless it is asked for", async () => {
        const { name } = await create();
        await client.send(new DeleteSecretCommand({ SecretId: name }));
        expect((await list({ Filters: byName(name) })).flat()).toEqual([]);
        expect(
          (await list({ Filters: byName(name), IncludePlannedDeletion: true })).flat(),
        ).toMatchObject([{ Name: name, DeletedDate: expect.any(Date) }]);
      });
    });

    describe("TagResource and UntagResource", () => {
      test("add, replace and remove, and leave the others", async () => {
        const { name } = await create({ Tags: tagList({ kept: "1", replaced: "1", gone: "1" }) });
        await tag(name, { replaced: "2", added: "2024-01-01T00:00:00Z" });
        await client.send(new UntagResourceCommand({ SecretId: name, TagKeys: ["gone", "never"] }));
        expect(await tagsOf(name)).toEqual({
          kept: "1",
          replaced: "2",
          added: "2024-01-01T00:00:00Z",
        });
      });

      test("leave the versions alone", async () => {
        const { name } = await create();
        const before = await stagesOf(name);
        await tag(name, { added: "1" });
        expect(await stagesOf(name)).toEqual(before);
      });

      test("don't find a secret that isn't there", async () => {
        await expect(tag(missing, { a: "b" })).rejects.toMatchObject({
          name: "ResourceNotFoundException",
        });
      });
    });

    describe("DeleteSecret and RestoreSecret", () => {
      const remove = (SecretId: string, how: { window?: number; force?: boolean } = {}) =>
        client.send(
          new DeleteSecretCommand({
            SecretId,
            RecoveryWindowInDays: how.window,
            ForceDeleteWithoutRecovery: how.force,
          }),
        );

      test.each([
        [undefined, 30],
        [7, 7],
      ])("keep a secret for a while: window %s is %s days", async (window, days) => {
        const { name } = await create();
        const { DeletionDate } = await remove(name, { window });
        const leftMs = (DeletionDate?.getTime() ?? 0) - Date.now();
        expect(Math.abs(leftMs - days * dayMs)).toBeLessThan(60_000);
      });

      test("refuse everything but a description meanwhile", async () => {
        const { name, version } = await create();
        await remove(name);
        const refused = [
          () => get(name),
          () => put(name, "second"),
          () => tag(name, { a: "b" }),
          () => remove(name),
          () => move(name, version, version),
          () => client.send(new UpdateSecretCommand({ SecretId: name, KmsKeyId: "" })),
        ];
        for (const ask of refused) {
          await expect(ask()).rejects.toMatchObject({ name: "InvalidRequestException" });
        }
        await expect(get(name)).rejects.toThrow("it was marked for deletion");
        expect(await describeSecret(name)).toMatchObject({ DeletedDate: expect.any(Date) });
      });

      // AWS has an InvalidRequestException for it, the emulator a ResourceExistsException.
      test("keep the name taken meanwhile", async () => {
        const { name } = await create();
        await remove(name);
        await expect(create({ Name: name })).rejects.toMatchObject({
          name: expect.stringMatching(/^(?:InvalidRequest|ResourceExists)Exception$/),
        });
      });

      test("bring a secret back as it was", async () => {
        const { name, arn } = await create({ Tags: tagList({ a: "b" }) });
        await remove(name);
        const before = await stagesOf(name);
        await client.send(new RestoreSecretCommand({ SecretId: name }));
        expect(await get(name)).toMatchObject({ ARN: arn, SecretString: "first" });
        expect(await tagsOf(name)).toEqual({ a: "b" });
        expect(await stagesOf(name)).toEqual(before);
        expect((await describeSecret(name)).DeletedDate).toBeUndefined();
      });

      test("delete at once by force, and give the name another ARN", async () => {
        const { name, arn } = await create();
        await remove(name, { force: true });
        await expect(get(name)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
        const again = await create({ Name: name });
        expect(again.arn).not.toBe(arn);
        await expect(get(arn)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
      });

      test.each([{ window: 6 }, { window: 31 }, { window: 7, force: true }])(
        "refuse %o",
        async (how) => {
          const { name } = await create();
          await expect(remove(name, how)).rejects.toMatchObject({
            name: "InvalidParameterException",
          });
        },
      );

      test("don't find a secret that isn't there", async () => {
        const restore = () => client.send(new RestoreSecretCommand({ SecretId: missing }));
        for (const ask of [() => remove(missing), restore]) {
          await expect(ask()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
        }
      });
    });
  });
}

function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
