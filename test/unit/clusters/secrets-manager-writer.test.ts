import { inspect } from "node:util";
import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { type ClusterState, readState } from "../../../src/clusters/record-state.ts";
import { createSecretsManagerStore } from "../../../src/clusters/secrets-manager-store.ts";
import { createSecretsManagerWriter } from "../../../src/clusters/secrets-manager-writer.ts";
import { StoreError, UserError } from "../../../src/errors.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { answering, faults, meanwhile } from "../../fakes/aws/faults.ts";
import { secretsManagerFaults } from "../../fakes/aws/secrets-manager.ts";

const region = "us-east-1";
const canary = "canary-kubeconfig";
const nothing = readState([]);
const granted: ClusterState = {
  ...nothing,
  rbac: "0123456789abcdef",
  credential: {
    issuedAt: new Date("2026-03-01T12:00:00Z"),
    expiresAt: new Date("2026-03-31T12:00:00Z"),
  },
};
const grantedTags = {
  "ecr-pull-secrets:rbac": "0123456789abcdef",
  "ecr-pull-secrets:credential": "2026-03-01T12:00:00Z/2026-03-31T12:00:00Z",
};

let aws: FakeAws;
let admin: SecretsManagerClient;
let writer: ReturnType<typeof newWriter>;
/** Every test has a cluster of its own. */
let name = "";
let secretId = "";
let clusters = 0;

beforeAll(async () => {
  aws = await startAws();
  for (const [variable, value] of Object.entries(aws.environment)) {
    vi.stubEnv(variable, value);
  }
  admin = new SecretsManagerClient({});
  writer = newWriter();
});

afterAll(async () => {
  admin.destroy();
  vi.unstubAllEnvs();
  await aws.close();
});

beforeEach(() => {
  clusters += 1;
  name = `cluster-${clusters}`;
  secretId = `ecr-pull-secrets/dev/clusters/${name}`;
});

afterEach(() => aws.heal());

describe("a cluster that is registered", () => {
  test("has a record with its kubeconfig and state, under the key that was asked for", async () => {
    await expect(create("first", granted, "alias/ours")).resolves.toBe("created");
    expect(aws.secrets.read(secretId)).toMatchObject({
      value: "first",
      tags: grantedTags,
      kmsKeyId: "alias/ours",
    });
  });

  test("has the tags that were asked for, beside its state", async () => {
    await create("first", granted, undefined, { team: "platform" });
    expect(aws.secrets.read(secretId)?.tags).toEqual({ team: "platform", ...grantedTags });
  });

  test("is read back by the store", async () => {
    await create("first", granted);
    const store = createSecretsManagerStore(options());
    const record = await store.read(name);
    expect(record?.kubeconfig instanceof SecretValue && record.kubeconfig.reveal()).toBe("first");
    await expect(store.describe(name)).resolves.toEqual({ name, state: granted });
  });

  test("is left as it is when it is registered again", async () => {
    await create("first", granted);
    await expect(create("second", nothing)).resolves.toBe("exists");
    expect(aws.secrets.read(secretId)).toMatchObject({ value: "first", tags: grantedTags });
  });

  test("is made once when the answer gets lost", async () => {
    aws.fail("secretsmanager:CreateSecret", faults.lostAnswer, { times: 1 });
    await expect(create("first")).resolves.toBe("created");
    expect(stages()).toEqual(["AWSCURRENT"]);
  });

  test("may be of 64 KiB, counted in bytes", async () => {
    await expect(create("é".repeat(32_768))).resolves.toBe("created");
  });

  test("may not be larger, and AWS isn't asked", async () => {
    const large = new SecretValue(canary + "é".repeat(32_768));
    const before = aws.requests.length;
    const makers = [() => create(large.reveal()), () => writer.putPending(name, large)];
    for (const make of makers) {
      const error = await make().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        name: "KubeconfigError",
        message: `the kubeconfig for ${name} has 65553 bytes; Secrets Manager takes 65536 at most`,
        hint: expect.stringContaining("--minify"),
      });
      expect(inspect(error)).not.toContain(canary);
    }
    expect(aws.requests.length).toBe(before);
  });

  test.each(["", "eu/prod", "../../prod/clusters/live", "a".repeat(101)])(
    "can't be called %j, and AWS isn't asked",
    async (hostile) => {
      const before = aws.requests.length;
      const kubeconfig = new SecretValue(canary);
      const state = { state: nothing, kmsKeyId: undefined, tags: {} };
      await expect(writer.create(hostile, kubeconfig, state)).rejects.toMatchObject({
        name: "UserError",
        message: "no cluster can have that name",
      });
      await expect(writer.putPending(hostile, kubeconfig)).resolves.toBeUndefined();
      await expect(writer.promote(hostile, { from: "a", to: "b" })).resolves.toBe("changed");
      await expect(writer.remove(hostile, 7)).resolves.toBe(false);
      expect(aws.requests.length).toBe(before);
    },
  );
});

describe("a cluster that was unregistered", () => {
  test("has a record for so many days, and none after them", async () => {
    await create("first");
    await expect(writer.remove(name, 7)).resolves.toBe(true);
    const leftMs = (aws.secrets.read(secretId)?.deletionAt?.getTime() ?? 0) - Date.now();
    expect(leftMs / 86_400_000).toBeCloseTo(7, 2);
    await expect(writer.remove(name, 7)).resolves.toBe(false);
    await expect(writer.putPending(name, new SecretValue("next"))).resolves.toBeUndefined();
  });

  test("comes back with a new kubeconfig and state", async () => {
    await create("first", { ...granted, failingSince: new Date("2026-03-01T12:00:00Z") });
    await writer.remove(name, 30);
    await expect(create("second", { ...nothing, rbac: "another" })).resolves.toBe("created");
    expect(aws.secrets.read(secretId)).toMatchObject({
      value: "second",
      tags: { "ecr-pull-secrets:rbac": "another" },
      deletionAt: undefined,
    });
    expect(Object.keys(aws.secrets.read(secretId)?.tags ?? {})).toHaveLength(1);
    expect(stages()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("keeps the tags that others made", async () => {
    aws.secrets.create(secretId, "first", { team: "platform", ...grantedTags });
    await writer.remove(name, 30);
    await create("second");
    expect(aws.secrets.read(secretId)?.tags).toEqual({ team: "platform" });
  });

  test("comes back with the tags that the config has by now", async () => {
    aws.secrets.create(secretId, "first", { team: "web", other: "theirs", ...grantedTags });
    await writer.remove(name, 30);
    await create("second", nothing, undefined, { team: "platform", stage: "dev" });
    const tags = { team: "platform", other: "theirs", stage: "dev" };
    expect(aws.secrets.read(secretId)?.tags).toEqual(tags);
  });

  test.each([
    [undefined, "alias/ours"],
    ["alias/ours", undefined],
  ])("comes back under another key: %s, then %s", async (before, after) => {
    await create("first", nothing, before);
    await writer.remove(name, 30);
    await create("second", nothing, after);
    expect(aws.secrets.read(secretId)?.kmsKeyId).toBe(after);
  });

  test("needs no right to change the key when it stays the same", async () => {
    await create("first", nothing, "alias/ours");
    await writer.remove(name, 30);
    const before = aws.count("secretsmanager:UpdateSecret");
    await create("second", nothing, "alias/ours");
    expect(aws.count("secretsmanager:UpdateSecret")).toBe(before);
  });

  test("comes back even if it never had a value", async () => {
    aws.secrets.create(secretId, undefined);
    await writer.remove(name, 30);
    await expect(create("first")).resolves.toBe("created");
    expect(aws.secrets.read(secretId)?.value).toBe("first");
  });

  test("is registered by one of two who do it at once", async () => {
    await create("first");
    await writer.remove(name, 30);
    const outcomes = await Promise.all([create("one"), newWriter().create(...wish("other"))]);
    expect([...outcomes].sort()).toEqual(["created", "exists"]);
    const winner = outcomes[0] === "created" ? "one" : "other";
    expect(aws.secrets.read(secretId)?.value).toBe(winner);
    expect(stages().join(" ")).not.toContain("AWSPENDING");
  });

  test("is left alone when somebody restores it and puts another kubeconfig at that moment", async () => {
    await create("first");
    await writer.remove(name, 30);
    aws.fail(
      "secretsmanager:RestoreSecret",
      meanwhile(() => newWriter().create(...wish("theirs"))),
      { times: 1 },
    );
    await expect(create("second")).resolves.toBe("exists");
    expect(aws.secrets.read(secretId)?.value).toBe("theirs");
  });

  test("is left alone when AWS says that it needn't be restored any more", async () => {
    await create("first");
    await writer.remove(name, 30);
    const restore = () => admin.send(new RestoreSecretCommand({ SecretId: secretId }));
    aws.fail(
      "secretsmanager:DescribeSecret",
      meanwhile(() => undefined),
      { times: 1 },
    );
    aws.fail("secretsmanager:DescribeSecret", meanwhile(restore), { times: 1 });
    aws.fail("secretsmanager:RestoreSecret", secretsManagerFaults.invalidRequest, { times: 1 });
    await expect(create("second")).resolves.toBe("exists");
    expect(aws.secrets.read(secretId)?.value).toBe("first");
  });

  test("can't come back when it is deleted for good at that moment", async () => {
    await create("first");
    await writer.remove(name, 30);
    const forGood = { SecretId: secretId, ForceDeleteWithoutRecovery: true };
    const happen = () => admin.send(new DeleteSecretCommand(forGood));
    aws.fail("secretsmanager:RestoreSecret", meanwhile(happen), { times: 1 });
    expect(await failureOf(create(canary))).toMatchObject({
      kind: "conflict",
      message: `the record ${secretId} was deleted while it was restored`,
    });
  });

  test("isn't said to be restored when somebody deletes it again at that moment", async () => {
    await create("first");
    await writer.remove(name, 30);
    const remove = () => admin.send(new DeleteSecretCommand({ SecretId: secretId }));
    aws.fail("secretsmanager:PutSecretValue", meanwhile(remove), { times: 1 });
    expect(await failureOf(create(canary))).toMatchObject({
      kind: "conflict",
      message: `the record ${secretId} was deleted while it was restored`,
    });
  });

  test("stays so where the right to restore is missing", async () => {
    await create("first");
    await writer.remove(name, 30);
    aws.deny("secretsmanager:RestoreSecret");
    const error = await failureOf(create(canary));
    aws.allow("secretsmanager:RestoreSecret");
    expect(error.message).toBe(
      `AWS denied secretsmanager:RestoreSecret on ${secretId} in us-east-1 to arn:aws:iam::123456789012:user/tests`,
    );
    expect(aws.secrets.read(secretId)?.deletionAt).toBeInstanceOf(Date);
  });

  test("is said to be half restored when what follows fails", async () => {
    await create("first");
    await writer.remove(name, 30);
    aws.deny("secretsmanager:PutSecretValue");
    const error = await failureOf(create(canary));
    aws.allow("secretsmanager:PutSecretValue");
    expect(error).toMatchObject({
      kind: "denied",
      message: expect.stringMatching(
        /^AWS denied secretsmanager:PutSecretValue on .*; the record .* is restored, but may hold what it held before$/,
      ),
      hint: expect.stringMatching(/^Allow secretsmanager:PutSecretValue .* --replace\.$/),
    });
  });
});

describe("a pending version", () => {
  test("is read by nobody until it is promoted", async () => {
    const from = await register("first");
    const to = await pending("second");
    expect(aws.secrets.read(secretId)?.value).toBe("first");
    await expect(writer.promote(name, { from, to })).resolves.toBe("promoted");
    expect(aws.secrets.read(secretId)).toMatchObject({
      value: "second",
      stages: { [from]: ["AWSPREVIOUS"], [to]: ["AWSCURRENT"] },
    });
  });

  test("is one when the answer gets lost", async () => {
    await register("first");
    aws.fail("secretsmanager:PutSecretValue", faults.lostAnswer, { times: 1 });
    await pending("second");
    expect(stages()).toEqual(["AWSCURRENT", "AWSPENDING"]);
  });

  test("gives way to what an admin put meanwhile, and isn't pending any more", async () => {
    const from = await register("first");
    const to = await pending("second");
    const put = new PutSecretValueCommand({ SecretId: secretId, SecretString: "an admin's" });
    await admin.send(put);
    await expect(writer.promote(name, { from, to })).resolves.toBe("changed");
    expect(aws.secrets.read(secretId)?.value).toBe("an admin's");
    expect(stages()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("takes the label of one that was left behind", async () => {
    const from = await register("first");
    await pending("left behind");
    const to = await pending("second");
    await writer.promote(name, { from, to });
    expect(stages()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("is promoted when the answer to that gets lost", async () => {
    const from = await register("first");
    const to = await pending("second");
    aws.fail("secretsmanager:UpdateSecretVersionStage", faults.lostAnswer, { times: 1 });
    await expect(writer.promote(name, { from, to })).resolves.toBe("promoted");
    expect(stages()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  test("stays promoted when only its old label can't be taken off", async () => {
    const from = await register("first");
    const to = await pending("second");
    aws.fail(
      "secretsmanager:UpdateSecretVersionStage",
      meanwhile(() => undefined),
      { times: 1 },
    );
    aws.fail("secretsmanager:UpdateSecretVersionStage", faults.proxyPage, { times: 1 });
    await expect(writer.promote(name, { from, to })).resolves.toBe("promoted");
    expect(aws.secrets.read(secretId)?.value).toBe("second");
  });

  test("changes nothing once the cluster is unregistered", async () => {
    const from = await register("first");
    const to = await pending("second");
    await writer.remove(name, 7);
    await expect(writer.promote(name, { from, to })).resolves.toBe("changed");
    await admin.send(new RestoreSecretCommand({ SecretId: secretId }));
    expect(aws.secrets.read(secretId)?.value).toBe("first");
  });

  test("changes nothing once the record is gone for good", async () => {
    const versions = { from: "a".repeat(32), to: "b".repeat(32) };
    await expect(writer.promote(name, versions)).resolves.toBe("changed");
  });

  test("of a record that never had a value is current at once", async () => {
    aws.secrets.create(secretId, undefined);
    const to = await pending("first");
    await expect(writer.promote(name, { from: undefined, to })).resolves.toBe("promoted");
    expect(stages()).toEqual(["AWSCURRENT"]);
  });

  test("that AWS never made can't be promoted", async () => {
    const from = await register("first");
    const to = "00000000-0000-0000-0000-000000000000";
    expect(await failureOf(writer.promote(name, { from, to }))).toMatchObject({
      kind: "denied",
      message: `AWS refused secretsmanager:UpdateSecretVersionStage on ${secretId} in us-east-1 (ResourceNotFoundException, status 400)`,
    });
  });

  test("without an id is malformed", async () => {
    await register("first");
    aws.fail("secretsmanager:PutSecretValue", answering({ SecretString: canary }));
    expect(await failureOf(writer.putPending(name, new SecretValue(canary)))).toMatchObject({
      kind: "malformed",
      message: `the answer to secretsmanager:PutSecretValue on ${secretId} in us-east-1 lacks what AWS always sends: VersionId`,
    });
  });
});

describe("AWS", () => {
  test.each([
    ["CreateSecret", () => writer.create(...wish(canary))],
    ["PutSecretValue", () => writer.putPending(name, new SecretValue(canary))],
    [
      "UpdateSecretVersionStage",
      () => writer.promote(name, { from: undefined, to: "x".repeat(32) }),
    ],
    ["DeleteSecret", () => writer.remove(name, 7)],
  ])("that denies %s is an error that says what must allow it", async (action, write) => {
    aws.deny(`secretsmanager:${action}`);
    const error = await failureOf(write());
    aws.allow(`secretsmanager:${action}`);
    expect(error).toMatchObject({
      kind: "denied",
      message: `AWS denied secretsmanager:${action} on ${secretId} in us-east-1 to arn:aws:iam::123456789012:user/tests`,
      hint: expect.stringMatching(new RegExp(`^Allow secretsmanager:${action} on that secret`)),
    });
  });

  test("that denies the tags of a new record is an error that names the right to tag", async () => {
    aws.deny("secretsmanager:TagResource");
    const error = await failureOf(create(canary, granted));
    aws.allow("secretsmanager:TagResource");
    expect(error.hint).toMatch(/^Allow secretsmanager:TagResource on that secret/);
  });

  test("is asked again when the connection breaks", async () => {
    aws.fail("secretsmanager:CreateSecret", faults.reset, { times: 1 });
    await expect(create("first")).resolves.toBe("created");
  });

  test("isn't asked for what is no stage", () => {
    expect(() => newWriter("prod/clusters")).toThrow(UserError);
  });
});

function options(stage = "dev") {
  return { session: createAwsSession({ region, name: "test" }), region, stage };
}

function newWriter(stage?: string) {
  return createSecretsManagerWriter(options(stage));
}

function wish(
  kubeconfig: string,
  state = nothing,
  kmsKeyId?: string,
  tags: Record<string, string> = {},
) {
  return [name, new SecretValue(kubeconfig), { state, kmsKeyId, tags }] as const;
}

function create(...wanted: Parameters<typeof wish>) {
  return writer.create(...wish(...wanted));
}

/** @returns the id of the version */
async function register(kubeconfig: string): Promise<string> {
  await create(kubeconfig);
  return Object.keys(aws.secrets.read(secretId)?.stages ?? {})[0] ?? "";
}

async function pending(kubeconfig: string): Promise<string> {
  return (await writer.putPending(name, new SecretValue(kubeconfig))) ?? "";
}

/** The labels of each version that has any. */
function stages() {
  const labels = Object.values(aws.secrets.read(secretId)?.stages ?? {});
  return labels.map((each) => [...each].sort().join(" ")).sort();
}

/** What a write fails with, which holds no kubeconfig. */
async function failureOf(write: Promise<unknown>): Promise<StoreError> {
  const error = await write.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreError);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
  return error as StoreError;
}
