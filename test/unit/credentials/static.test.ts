import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createAwsKeptSecretApi } from "../../../src/credentials/aws-kept-secret-api.ts";
import { createStaticCredentialSource } from "../../../src/credentials/static.ts";
import { MintError } from "../../../src/errors.ts";
import { type StaticRegistry, staticRegistry } from "../../../src/refresh/registries.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { answering, faults } from "../../fakes/aws/faults.ts";
import { ServiceFailure } from "../../fakes/aws/service.ts";

const start = new Date("2030-05-01T12:00:00Z");
const describeSecret = "secretsmanager:DescribeSecret";
const getValue = "secretsmanager:GetSecretValue";
const secretId = "registries/ghcr";
const canary = "hunter2canary";
const login = JSON.stringify({ username: "robot", password: canary });
const caller = "arn:aws:iam::123456789012:user/tests";

let aws: FakeAws;
let time: Date;

beforeEach(async () => {
  time = start;
  aws = await startAws({ now: () => time });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("a kept login", () => {
  test("is read from the version that is current, and doesn't expire", async () => {
    aws.secrets.create(secretId, login);
    const { credential } = await mint(newSource());
    expect(credential).toMatchObject({
      kind: "login",
      username: "robot",
      issuedAt: start,
      expiresAt: null,
      hosts: ["ghcr.io"],
    });
    expect(credential.password.reveal()).toBe(canary);
  });

  test("is all of the secret where the config names the user", async () => {
    const keyFile = `{"private_key": "-----BEGIN\\n"}\n`;
    aws.secrets.create(secretId, keyFile);
    const { credential } = await mint(newSource(), { username: "_json_key" });
    expect(credential.username).toBe("_json_key");
    expect(credential.password.reveal()).toBe(keyFile);
  });

  test("is that of the version which the sweep goes by, also if another came meanwhile", async () => {
    aws.secrets.create(secretId, login);
    const source = newSource();
    const wanted = registry({ version: await source.currentVersion?.(registry()) });
    aws.secrets.put(secretId, login.replace(canary, "newer"));
    expect((await source.mint(wanted)).password.reveal()).toBe(canary);
  });

  test("of another version is another source, and of the same one the same", async () => {
    aws.secrets.create(secretId, login);
    const one = await mint(newSource());
    expect((await mint(newSource())).source).toBe(one.source);
    aws.secrets.put(secretId, login);
    expect((await mint(newSource())).source).not.toBe(one.source);
  });

  test("is stamped with the time before the call", async () => {
    aws.secrets.create(secretId, login);
    const api = createAwsKeptSecretApi(createAwsSession({ region: "us-east-1", name: "test" }));
    const slow = createStaticCredentialSource({
      now: () => time,
      region: "us-east-1",
      api: {
        currentVersion: api.currentVersion,
        readVersion(secret, version) {
          time = new Date(start.getTime() + 60_000);
          return api.readVersion(secret, version);
        },
      },
    });
    expect((await mint(slow)).credential.issuedAt).toEqual(start);
  });

  test("of an ARN is read where that says", async () => {
    await using elsewhere = await startAws({ region: "eu-west-1", now: () => time });
    const { AWS_REGION: _, ...environment } = elsewhere.environment;
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const arn = elsewhere.secrets.create("registries/hub", login);
    const { credential } = await mint(newSource(), { secretId: arn });
    expect(credential.password.reveal()).toBe(canary);
    expect(elsewhere.requests.map(({ region }) => region)).toEqual(["eu-west-1", "eu-west-1"]);
  });
});

describe("the version is asked for", () => {
  test("once by all who ask at the same time, and for 10 seconds", async () => {
    aws.secrets.create(secretId, login);
    const source = newSource();
    const asked = () => source.currentVersion?.(registry());
    const versions = await Promise.all(Array.from({ length: 100 }, asked));
    expect(new Set(versions).size).toBe(1);
    time = new Date(start.getTime() + 9_999);
    await asked();
    expect(aws.count(describeSecret)).toBe(1);
    const next = aws.secrets.put(secretId, login);
    time = new Date(start.getTime() + 10_000);
    await expect(asked()).resolves.toBe(next);
    expect(aws.count(describeSecret)).toBe(2);
  });

  test("again by a clock that was put back, which would keep it for as long", async () => {
    aws.secrets.create(secretId, login);
    const source = newSource();
    await source.currentVersion?.(registry());
    time = new Date(start.getTime() - 1);
    await source.currentVersion?.(registry());
    expect(aws.count(describeSecret)).toBe(2);
  });

  test("of each secret, whatever registries it is for", async () => {
    const other = "registries/quay";
    for (const name of [secretId, other]) aws.secrets.create(name, login);
    const source = newSource();
    await Promise.all([
      source.currentVersion?.(registry()),
      source.currentVersion?.(registry({ secretId: other })),
      source.currentVersion?.(registry({ host: "quay.io" })),
    ]);
    expect(aws.count(describeSecret)).toBe(2);
  });

  test("again after a failure, which reaches all who wait for it", async () => {
    const source = newSource();
    const asked = () => source.currentVersion?.(registry());
    const outcomes = await Promise.allSettled([asked(), asked()]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(aws.count(describeSecret)).toBe(1);
    aws.secrets.create(secretId, login);
    await expect(asked()).resolves.toMatch(/\S/);
  });

  test("without a look at the value", async () => {
    aws.secrets.create(secretId, login);
    await newSource().currentVersion?.(registry());
    expect(aws.count(getValue)).toBe(0);
  });
});

describe("a login can't be had:", () => {
  const where = `--secret-id ${secretId} --region us-east-1`;

  test("no secret has that name", async () => {
    await expectFailure({
      kind: "malformed",
      message: `there is no secret ${secretId} in Secrets Manager in us-east-1`,
      hint: `If the config's secretId is right, make it: aws secretsmanager create-secret --name ${secretId} --region us-east-1 --secret-string file://login`,
    });
  });

  test("no secret has that ARN, whose end nobody chooses", async () => {
    const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${secretId}-AbCdEf`;
    await expect(newSource().currentVersion?.(registry({ secretId: arn }))).rejects.toMatchObject({
      kind: "malformed",
      hint: "Put the ARN of one that is there into the config's secretId.",
    });
  });

  test("the secret has no value", async () => {
    aws.secrets.create(secretId, undefined);
    await expectFailure({
      kind: "malformed",
      message: `the secret ${secretId} in us-east-1 holds no value; expected a text`,
      hint: `See its versions (aws secretsmanager describe-secret ${where}), and put one by put-secret-value with --secret-string.`,
    });
  });

  test("the secret is binary", async () => {
    aws.secrets.create(secretId, Buffer.from(login));
    await expectFailure({
      kind: "malformed",
      message: `the secret ${secretId} in us-east-1 holds binary data; expected a text`,
    });
  });

  test("the secret is marked for deletion, or is so before its value is read", async () => {
    aws.secrets.create(secretId, login);
    const source = newSource();
    const version = await source.currentVersion?.(registry());
    await markForDeletion();
    const doomed = {
      kind: "conflict",
      message: `the secret ${secretId} in us-east-1 is marked for deletion`,
      hint: `Take that back (aws secretsmanager restore-secret ${where}), or take its registry out of the config.`,
    };
    await expectFailure(doomed);
    await expect(newSource().currentVersion?.(registry())).rejects.toMatchObject(doomed);
    await expect(source.mint(registry({ version }))).rejects.toMatchObject(doomed);
  });

  test("the version that was current is gone", async () => {
    aws.secrets.create(secretId, login);
    await expect(newSource().mint(registry({ version: "0".repeat(32) }))).rejects.toMatchObject({
      name: "MintError",
      kind: "malformed",
      message: `the secret ${secretId} in us-east-1 lost the version that was current a moment ago`,
    });
  });

  test.each([describeSecret, getValue])("%s is denied", async (action) => {
    aws.secrets.create(secretId, login);
    aws.deny(action);
    await expectFailure({
      kind: "denied",
      message: `AWS denied ${action} on ${secretId} in us-east-1 to ${caller}`,
      hint: expect.stringMatching(
        `^Allow ${action} on that secret in a policy of ${caller}; .* A deploy gives the function these rights, for secretId and kmsKeyArn of the config.$`,
      ),
    });
  });

  test("another account denies it", async () => {
    const arn = "arn:aws:secretsmanager:us-east-1:999988887777:secret:registries/hub-AbCdEf";
    aws.deny(describeSecret);
    await expectFailure(
      { kind: "denied", hint: expect.stringContaining("the secret's own policy has to allow it") },
      { secretId: arn },
    );
  });

  test.each([
    [
      "AccessDeniedException",
      "Access to KMS is not allowed",
      "AWS denied the use of the secret's KMS key",
    ],
    ["DecryptionFailure", "can't decrypt the text with the KMS key", "AWS can't use the KMS key"],
  ])("its key may not be used (%s)", async (code, text, message) => {
    aws.secrets.create(secretId, login);
    aws.fail(getValue, { kind: "failure", failure: new ServiceFailure(code, text) });
    await expectFailure({
      kind: "denied",
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/kmsKeyArn.*config/),
    });
  });

  test.each([
    ["no JSON", canary, undefined, "a text that isn't JSON", '{"username": "…", "password": "…"}'],
    ["no password", '{"username": "robot"}', undefined, "no password as text", "{"],
    ["nothing but a newline", "\n", "robot", "an empty text", "the password of robot"],
  ])("the value is none: %s", async (_, value, username, found, expected) => {
    aws.secrets.create(secretId, value);
    await expectFailure(
      {
        kind: "malformed",
        message: expect.stringMatching(
          `^the secret ${secretId} in us-east-1 holds no login for ghcr.io: expected .*, got ${found}$`,
        ),
        hint: `Put one: aws secretsmanager put-secret-value ${where} --secret-string file://login`,
      },
      { username },
    );
    const error = await failureOf({ username });
    expect(String(error)).toContain(expected);
  });

  test.each([
    ["truncated JSON", faults.garbage, "malformed"],
    ["labels that are none", answering({ VersionIdsToStages: { a: canary } }), "malformed"],
    ["a page of a proxy", faults.proxyPage, "malformed"],
  ])("AWS answers %s", async (_, fault, kind) => {
    aws.secrets.create(secretId, login);
    aws.fail(describeSecret, fault);
    await expectFailure({ kind });
  });

  test("a version that couldn't be known isn't guessed", async () => {
    aws.secrets.create(secretId, login);
    const unresolved = new MintError("throttled", "AWS throttled it");
    const mint = newSource().mint({ ...registry(), unresolved });
    await expect(mint).rejects.toBe(unresolved);
    expect(aws.requests).toEqual([]);
  });
});

describe("Docker Hub", () => {
  test.each(["docker.io", "index.docker.io"])(
    "has the key that its clients look for, and a bare one: %s",
    async (host) => {
      aws.secrets.create(secretId, login);
      const { credential } = await mint(newSource(), { host });
      expect(credential.hosts).toEqual(["docker.io", "https://index.docker.io/v1/"]);
    },
  );

  test.each([
    ["docker.io", "docker.io", true],
    ["docker.io", "https://index.docker.io/v1/", true],
    ["index.docker.io", "https://index.docker.io/v1/", true],
    ["docker.io", "ghcr.io", false],
    ["ghcr.io", "ghcr.io", true],
    ["ghcr.io", "docker.io", false],
    ["ghcr.io", "https://index.docker.io/v1/", false],
    ["registry.example:5000", "registry.example:5000", true],
    ["registry.example:5000", "registry.example", false],
    ["registry-1.docker.io", "https://index.docker.io/v1/", false],
  ])("is covered as what it is: a registry of %s has %s: %s", (host, key, isCovered) => {
    expect(newSource().covers(registry({ host }), key)).toBe(isCovered);
  });
});

function newSource() {
  const session = createAwsSession({ region: "us-east-1", name: "test" });
  const api = createAwsKeptSecretApi(session);
  return createStaticCredentialSource({ api, now: () => time, region: session.region });
}

type Wanted = Partial<Pick<StaticRegistry, "host" | "secretId" | "username" | "version">>;

function registry({ version, ...wanted }: Wanted = {}): StaticRegistry {
  const usual = { type: "static", host: "ghcr.io", secretId, username: undefined } as const;
  return staticRegistry({ ...usual, ...wanted }, version);
}

/** As a sweep does it: first the version, then the value. */
async function mint(source: ReturnType<typeof newSource>, wanted: Wanted = {}) {
  const version = await source.currentVersion?.(registry(wanted));
  const resolved = registry({ ...wanted, version });
  return { credential: await source.mint(resolved), source: resolved.source };
}

async function failureOf(wanted: Wanted = {}): Promise<unknown> {
  return mint(newSource(), wanted).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function expectFailure(expected: object, wanted: Wanted = {}) {
  const error = await failureOf(wanted);
  expect(error).toMatchObject({
    name: "MintError",
    hint: expect.stringMatching(/\S/),
    ...expected,
  });
  const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
  expect(shown).not.toContain(canary);
}

async function markForDeletion() {
  const { SecretsManagerClient, DeleteSecretCommand } = await import(
    "@aws-sdk/client-secrets-manager"
  );
  await new SecretsManagerClient({}).send(new DeleteSecretCommand({ SecretId: secretId }));
}
