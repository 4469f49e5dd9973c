import { inspect } from "node:util";
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defaultPatience } from "../../../src/aws/patient-retries.ts";
import { createAwsSession } from "../../../src/aws/session.ts";
import { type ClusterState, noState } from "../../../src/clusters/record-state.ts";
import { createSecretsManagerStore } from "../../../src/clusters/secrets-manager-store.ts";
import { KubeconfigError, StoreError, UserError } from "../../../src/errors.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { answering, type Fault, faults } from "../../fakes/aws/faults.ts";

const region = "us-east-1";
const failing: ClusterState = {
  expiresAt: new Date("2026-03-01T12:00:00Z"),
  sessionsExpireAt: undefined,
  failingSince: new Date("2026-03-01T11:00:00Z"),
  rbac: "0123456789abcdef",
  credential: {
    issuedAt: new Date("2026-02-15T12:00:00Z"),
    expiresAt: new Date("2026-03-17T12:00:00Z"),
  },
  rotationFailingSince: new Date("2026-03-01T10:00:00Z"),
  failureToldAt: undefined,
};
const failingTags = [
  { Key: "team", Value: "platform" },
  { Key: "ecr-pull-secrets:expires-at", Value: "2026-03-01T12:00:00Z" },
  { Key: "ecr-pull-secrets:failing-since", Value: "2026-03-01T11:00:00Z" },
  { Key: "ecr-pull-secrets:rbac", Value: "0123456789abcdef" },
  { Key: "ecr-pull-secrets:credential", Value: "2026-02-15T12:00:00Z/2026-03-17T12:00:00Z" },
  { Key: "ecr-pull-secrets:rotation-failing-since", Value: "2026-03-01T10:00:00Z" },
];
let aws: FakeAws;
let admin: SecretsManagerClient;

beforeEach(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  admin = new SecretsManagerClient({});
});

afterEach(async () => {
  admin.destroy();
  vi.unstubAllEnvs();
  await aws.close();
});

describe("the list", () => {
  test("shows each cluster with its state", async () => {
    await register("healthy");
    await register("failing", { Tags: failingTags });
    const { clusters } = await newStore().list();
    expect(sorted(clusters)).toEqual([
      { name: "failing", state: failing },
      { name: "healthy", state: noState },
    ]);
  });

  test("is empty where nothing is registered", async () => {
    await expect(newStore().list()).resolves.toEqual({ clusters: [], others: [] });
  });

  test("leaves out what is to be deleted, and other stages", async () => {
    await register("live");
    await register("doomed");
    await unregister("doomed");
    await create("ecr-pull-secrets/dev2/clusters/another-stage");
    await create("ecr-pull-secrets/dev/registries/ghcr");
    await create("somebody-elses");
    const { clusters, others } = await newStore().list();
    expect(clusters.map(({ name }) => name)).toEqual(["live"]);
    expect(others).toEqual([]);
  });

  test("names the secrets among the records that no cluster can be", async () => {
    await register("live");
    await create("ecr-pull-secrets/dev/clusters/eu/prod");
    await create("ecr-pull-secrets/dev/clusters/prod@eu");
    const { clusters, others } = await newStore().list();
    expect(clusters.map(({ name }) => name)).toEqual(["live"]);
    expect([...others].sort()).toEqual([
      "ecr-pull-secrets/dev/clusters/eu/prod",
      "ecr-pull-secrets/dev/clusters/prod@eu",
    ]);
  });

  test("shows a cluster whose tags are nonsense as one without state", async () => {
    const Tags = [
      { Key: "ecr-pull-secrets:expires-at", Value: "soon" },
      { Key: "ecr-pull-secrets:failing-since", Value: "" },
    ];
    await register("odd", { Tags });
    const { clusters } = await newStore().list();
    expect(clusters).toEqual([{ name: "odd", state: noState }]);
  });

  test("takes one call per hundred clusters", async () => {
    registerMany(201);
    const { clusters } = await newStore().list();
    expect(new Set(clusters.map(({ name }) => name)).size).toBe(201);
    expect(aws.count("secretsmanager:ListSecrets")).toBe(3);
  });

  test("comes to its end where AWS refuses half of all calls", async () => {
    registerMany(1_000);
    aws.fail("secretsmanager:ListSecrets", faults.throttling, { share: 0.5 });
    const { clusters } = await newStore().list();
    expect(clusters).toHaveLength(1_000);
    // Ten pages, and about as many refusals.
    expect(aws.count("secretsmanager:ListSecrets")).toBeGreaterThan(13);
    expect(aws.count("secretsmanager:ListSecrets")).toBeLessThan(30);
  });

  test("is given up after sixteen refusals of one page", async () => {
    aws.fail("secretsmanager:ListSecrets", faults.throttling);
    expect(await failureOf(newStore().list())).toMatchObject({
      kind: "throttled",
      message: "AWS throttled secretsmanager:ListSecrets in us-east-1, also after retries",
    });
    expect(aws.count("secretsmanager:ListSecrets")).toBe(16);
  });

  test("is given up when its time is over, and says so", async () => {
    registerMany(201);
    const giveUp = new AbortController();
    aws.fail("secretsmanager:ListSecrets", faults.throttling, { share: 0.5 });
    const listing = newStore("dev", { ...hasty, baseMs: 60_000, maxPauseMs: 60_000 });
    const failure = failureOf(listing.list(giveUp.signal));
    await vi.waitFor(() => expect(aws.requests.some(({ status }) => status === 400)).toBe(true));
    giveUp.abort();
    expect(await failure).toMatchObject({
      kind: "throttled",
      message: expect.stringMatching(
        /^secretsmanager:ListSecrets in us-east-1 was given up after /,
      ),
    });
  });

  test("asks for the stage's records only: other secrets cost no call", async () => {
    const names = Array.from(
      { length: 101 },
      (_, index) => `ecr-pull-secrets/prod/clusters/${index}`,
    );
    await Promise.all(names.map((name) => create(name)));
    await register("live");
    await newStore().list();
    expect(aws.count("secretsmanager:ListSecrets")).toBe(1);
  });

  test("goes by names, not by the filter's word", async () => {
    const SecretList = [
      { Name: "somebody-elses" },
      { Name: "ecr-pull-secrets/dev/clusters/live", Tags: [{ Key: 7 }, "x"] },
      { Name: "ecr-pull-secrets/dev/clusters/doomed", DeletedDate: 1_772_366_400 },
      { Name: "ecr-pull-secrets/dev/clusters/\u001b[31mred" },
    ];
    aws.fail("secretsmanager:ListSecrets", answering({ SecretList }));
    await expect(newStore().list()).resolves.toEqual({
      clusters: [{ name: "live", state: noState }],
      others: [],
    });
  });

  test.each([
    ["isn't there", {}, "SecretList"],
    ["isn't a list", { SecretList: "canary" }, "SecretList"],
    ["holds a secret without a name", { SecretList: [{}] }, "SecretList.0.Name"],
    [
      "holds many, of which five are named",
      { SecretList: Array(100).fill({ Name: 7 }) },
      [0, 1, 2, 3, 4].map((index) => `SecretList.${index}.Name`).join(", "),
    ],
  ])("is refused when it %s", async (_, answer, field) => {
    aws.fail("secretsmanager:ListSecrets", answering(answer));
    await expect(newStore().list()).rejects.toMatchObject({
      name: "StoreError",
      kind: "malformed",
      message: `the answer to secretsmanager:ListSecrets in us-east-1 lacks what AWS always sends: ${field}`,
    });
  });

  test("is refused when the next page is the same one again", async () => {
    aws.fail("secretsmanager:ListSecrets", answering({ SecretList: [], NextToken: "again" }));
    await expect(newStore().list()).rejects.toMatchObject({
      name: "StoreError",
      kind: "malformed",
      message: "the pages of secretsmanager:ListSecrets in us-east-1 have no end",
    });
    expect(aws.count("secretsmanager:ListSecrets")).toBe(2);
  });
});

describe("a record", () => {
  test("made by hand is a full registration", async () => {
    const { VersionId } = await register("prod");
    const record = await newStore().read("prod");
    expect(record).toMatchObject({ name: "prod", versionId: VersionId });
    expect(revealed(record?.kubeconfig)).toBe("kubeconfig of prod");
    expect(aws.requests.slice(1).map(({ action }) => action)).toEqual([
      "secretsmanager:GetSecretValue",
    ]);
  });

  test("shows its kubeconfig to nobody who prints it", async () => {
    await register("prod");
    const record = await newStore().read("prod");
    expect(`${inspect(record, { depth: 9 })}${JSON.stringify(record)}`).not.toContain(
      "kubeconfig of prod",
    );
  });

  test("is read in its current version", async () => {
    await register("prod");
    const SecretId = "ecr-pull-secrets/dev/clusters/prod";
    const put = new PutSecretValueCommand({ SecretId, SecretString: "renewed" });
    const { VersionId } = await admin.send(put);
    const record = await newStore().read("prod");
    expect(record?.versionId).toBe(VersionId);
    expect(revealed(record?.kubeconfig)).toBe("renewed");
  });

  test.each([
    ["binary data", { SecretString: undefined, SecretBinary: Buffer.from("canary") }],
    ["no value", { SecretString: undefined }],
  ])("that holds %s says so, and how to mend it", async (content, input) => {
    await register("odd", input);
    const record = await newStore().read("odd");
    expect(record?.kubeconfig).toBeInstanceOf(KubeconfigError);
    expect(record?.kubeconfig).toMatchObject({
      message: `the record ecr-pull-secrets/dev/clusters/odd holds ${content}; it must be a kubeconfig as text`,
      hint: "aws secretsmanager put-secret-value --secret-id ecr-pull-secrets/dev/clusters/odd --secret-string file://kubeconfig",
    });
    expect(inspect(record, { depth: 9 })).not.toContain("canary");
  });

  test("of 64 KiB of garbage is handed on as it is", async () => {
    const SecretString = "\u0001".repeat(65_536);
    await register("garbage", { SecretString });
    const record = await newStore().read("garbage");
    expect(revealed(record?.kubeconfig)).toBe(SecretString);
  });

  test("that never was isn't there", async () => {
    await expect(newStore().read("nobody")).resolves.toBeUndefined();
    await expect(newStore().describe("nobody")).resolves.toBeUndefined();
  });

  test("of another stage isn't there", async () => {
    await create("ecr-pull-secrets/prod/clusters/live");
    await expect(newStore().read("live")).resolves.toBeUndefined();
    await expect(newStore().describe("live")).resolves.toBeUndefined();
  });

  test("that is to be deleted isn't there", async () => {
    await register("doomed");
    await unregister("doomed");
    await expect(newStore().read("doomed")).resolves.toBeUndefined();
    await expect(newStore().describe("doomed")).resolves.toBeUndefined();
    await expect(newStore().saveState("doomed", noState, failing)).resolves.toBe(false);
  });

  test("with a name that no cluster has isn't even asked for", async () => {
    const store = newStore();
    await expect(store.read("../../prod/clusters/live")).resolves.toBeUndefined();
    await expect(store.describe("eu/prod")).resolves.toBeUndefined();
    await expect(store.saveState("", noState, failing)).resolves.toBe(false);
    expect(aws.requests).toEqual([]);
  });
});

describe("a cluster's state", () => {
  test("is written with one call, and read back", async () => {
    await register("prod", { Tags: [{ Key: "team", Value: "platform" }] });
    const store = newStore();
    await expect(store.saveState("prod", noState, failing)).resolves.toBe(true);
    await expect(store.describe("prod")).resolves.toEqual({ name: "prod", state: failing });
    expect(aws.count("secretsmanager:TagResource")).toBe(1);
    expect(aws.count("secretsmanager:UntagResource")).toBe(0);
  });

  test("takes two calls at most, when a tag goes and another changes", async () => {
    await register("prod", { Tags: failingTags });
    const after = { ...failing, failingSince: undefined, expiresAt: new Date("2026-03-02Z") };
    await expect(newStore().saveState("prod", failing, after)).resolves.toBe(true);
    await expect(newStore().describe("prod")).resolves.toEqual({ name: "prod", state: after });
    expect(aws.count("secretsmanager:TagResource")).toBe(1);
    expect(aws.count("secretsmanager:UntagResource")).toBe(1);
  });

  test("that is taken away alone takes one call", async () => {
    await register("prod", { Tags: failingTags });
    const after = { ...failing, failingSince: undefined };
    await expect(newStore().saveState("prod", failing, after)).resolves.toBe(true);
    expect(aws.count("secretsmanager:TagResource")).toBe(0);
    expect(aws.count("secretsmanager:UntagResource")).toBe(1);
  });

  test("that didn't change takes none", async () => {
    await expect(newStore().saveState("prod", failing, { ...failing })).resolves.toBe(false);
    expect(aws.requests).toEqual([]);
  });

  test("of a cluster that was unregistered meanwhile isn't written, and that is no failure", async () => {
    await expect(newStore().saveState("nobody", noState, failing)).resolves.toBe(false);
  });
});

describe("Secrets Manager", () => {
  test.each([
    ["ListSecrets", "in us-east-1", (store: Store) => store.list()],
    ["GetSecretValue", onProd(), (store: Store) => store.read("prod")],
    ["DescribeSecret", onProd(), (store: Store) => store.describe("prod")],
    ["TagResource", onProd(), (store: Store) => store.saveState("prod", noState, failing)],
    ["UntagResource", onProd(), (store: Store) => store.saveState("prod", failing, noState)],
  ])("that denies %s is an error that says what must allow it", async (name, where, use) => {
    await register("prod");
    aws.deny(`secretsmanager:${name}`);
    const error = await failureOf(use(newStore()));
    expect(error).toMatchObject({
      kind: "denied",
      message: `AWS denied secretsmanager:${name} ${where} to arn:aws:iam::123456789012:user/tests`,
      hint: expect.stringMatching(new RegExp(`^Allow secretsmanager:${name} on `)),
    });
  });

  test.each([
    ["throttles", faults.throttling],
    ["breaks the connection", faults.reset],
    ["shows a load balancer's page", faults.unavailablePage],
  ])("is asked again when it %s", async (_, fault) => {
    await register("prod");
    aws.fail("secretsmanager:GetSecretValue", fault, { times: 1 });
    await expect(newStore().read("prod")).resolves.toMatchObject({ name: "prod" });
    expect(aws.count("secretsmanager:GetSecretValue")).toBe(2);
  });

  test("is given up after six attempts", async () => {
    aws.fail("secretsmanager:GetSecretValue", faults.serverError);
    expect(await failureOf(newStore().read("prod"))).toMatchObject({
      kind: "unreachable",
      message: `AWS failed at secretsmanager:GetSecretValue ${onProd()} (status 500), also after retries`,
    });
    expect(aws.count("secretsmanager:GetSecretValue")).toBe(6);
  });

  test.each([
    ["a page of a proxy", faults.proxyPage, "isn't one that AWS gives"],
    ["half of an answer", faults.garbage, "isn't one that AWS gives"],
    ["no version", answering({ SecretString: "canary" }), "AWS always sends: VersionId"],
    ["a number as text", answering({ VersionId: "1", SecretString: 7 }), "sends: SecretString"],
  ] satisfies [string, Fault, string][])("that answers %s is malformed", async (_, fault, part) => {
    aws.fail("secretsmanager:GetSecretValue", fault);
    const error = await failureOf(newStore().read("prod"));
    expect(error.kind).toBe("malformed");
    expect(error.message).toContain(part);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary");
  });

  test("that denies the look whether a record is gone is a failure, not an absence", async () => {
    aws.deny("secretsmanager:DescribeSecret");
    expect(await failureOf(newStore().read("nobody"))).toMatchObject({
      kind: "denied",
      message: expect.stringContaining("secretsmanager:DescribeSecret"),
    });
  });

  test("can't be asked without credentials", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    expect(await failureOf(newStore().list())).toMatchObject({ kind: "no-credentials" });
  });

  test("isn't asked for what is no stage", () => {
    expect(() => newStore("prod/clusters")).toThrow(UserError);
  });
});

type Store = ReturnType<typeof newStore>;

function newStore(stage = "dev", patience = hasty) {
  const session = createAwsSession({ region, name: "test" });
  return createSecretsManagerStore({ session, region, stage, patience });
}

/** As patient, a hundred times faster. */
const hasty = { ...defaultPatience, baseMs: 2, maxPauseMs: 10 };

function registerMany(count: number): void {
  for (let index = 0; index < count; index += 1) {
    aws.secrets.create(`ecr-pull-secrets/dev/clusters/cluster-${index}`, "not read here");
  }
}

function onProd() {
  return "on ecr-pull-secrets/dev/clusters/prod in us-east-1";
}

function create(Name: string, input: Partial<CreateSecretCommandInput> = {}) {
  return admin.send(new CreateSecretCommand({ Name, SecretString: "value", ...input }));
}

function register(cluster: string, input: Partial<CreateSecretCommandInput> = {}) {
  const SecretString = `kubeconfig of ${cluster}`;
  return create(`ecr-pull-secrets/dev/clusters/${cluster}`, { SecretString, ...input });
}

function unregister(cluster: string) {
  const SecretId = `ecr-pull-secrets/dev/clusters/${cluster}`;
  return admin.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
}

function revealed(kubeconfig: SecretValue | KubeconfigError | undefined) {
  return kubeconfig instanceof SecretValue ? kubeconfig.reveal() : kubeconfig;
}

function sorted<Cluster extends { readonly name: string }>(clusters: readonly Cluster[]) {
  return clusters.toSorted((a, b) => a.name.localeCompare(b.name));
}

async function failureOf(result: Promise<unknown>): Promise<StoreError> {
  const error = await result.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}
