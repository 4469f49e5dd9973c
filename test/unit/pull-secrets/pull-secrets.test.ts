import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  type Login,
  readDockerConfig,
  writeDockerConfig,
} from "../../../src/pull-secrets/docker-config.ts";
import { layoutOf } from "../../../src/pull-secrets/layout.ts";
import { pullSecretManifest } from "../../../src/pull-secrets/manifest.ts";
import { readStamps, type Stamps, writeStamps } from "../../../src/pull-secrets/stamps.ts";
import { SecretValue } from "../../../src/secret-value.ts";

const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const login: Login = { username: "AWS", password: new SecretValue("to:ken") };
const stamps: Stamps = {
  owner: "123456789012/us-east-1/prod",
  refreshedAt: new Date("2026-11-21T12:00:00.123Z"),
  shape: "5hape",
  registries: new Map([
    [
      "later",
      {
        issued: new Date("2026-11-21T11:59:59Z"),
        expires: new Date("2026-11-22T00:00:00Z"),
        source: "a",
      },
    ],
    [
      "first",
      {
        issued: new Date("2026-11-21T11:00:00Z"),
        expires: new Date("2026-11-21T23:00:00Z"),
        source: "b",
      },
    ],
    ["static", { issued: new Date("2026-11-21T11:00:00Z"), expires: null, source: "c" }],
  ]),
  serviceAccounts: ["builder", "default"],
  contention: { manager: "argocd", rewrites: 2 },
};

describe("a docker config", () => {
  test("names bare hosts, and says user and password three times alike", () => {
    const config = JSON.parse(writeDockerConfig(new Map([[host, login]])).reveal());
    expect(config).toEqual({
      auths: {
        [host]: {
          username: "AWS",
          password: "to:ken",
          auth: Buffer.from("AWS:to:ken").toString("base64"),
        },
      },
    });
  });

  test("gives every entry the email that some clients want, and is read back all the same", () => {
    const content = writeDockerConfig(new Map([[host, login]]), "platform@example.com");
    expect(JSON.parse(content.reveal()).auths[host]).toMatchObject({
      username: "AWS",
      email: "platform@example.com",
    });
    expect(readDockerConfig(content).get(host)?.password.reveal()).toBe("to:ken");
  });

  test("without logins has auths nonetheless", () => {
    expect(writeDockerConfig(new Map()).reveal()).toBe('{"auths":{}}');
  });

  test("is the same text whatever the order of the logins", () => {
    const one = writeDockerConfig(
      new Map([
        ["b", login],
        ["a", login],
      ]),
    );
    const other = writeDockerConfig(
      new Map([
        ["a", login],
        ["b", login],
      ]),
    );
    expect(one.reveal()).toBe(other.reveal());
  });

  test("is read back as it was written", () => {
    const read = readDockerConfig(writeDockerConfig(new Map([[host, login]])));
    expect(read.get(host)?.username).toBe("AWS");
    expect(read.get(host)?.password.reveal()).toBe("to:ken");
  });

  test.each([
    ["nothing", undefined],
    ["no JSON", "{auths"],
    ["a number", "7"],
    ["null", "null"],
    ["a list of auths", '{"auths":[1]}'],
    ["auths that are text", '{"auths":"x"}'],
    ["entries that are no objects", '{"auths":{"h":"x","i":null}}'],
    ["an entry without password", '{"auths":{"h":{"username":"AWS"}}}'],
    ["an empty password", '{"auths":{"h":{"username":"AWS","password":""}}}'],
  ])("of %s holds no login", (_, text) => {
    const content = text === undefined ? undefined : new SecretValue(text);
    expect(readDockerConfig(content).size).toBe(0);
  });
});

describe("stamps", () => {
  test("are read back as they were written, in whole seconds", () => {
    const read = readStamps(writeStamps(stamps));
    expect(read).toEqual({ ...stamps, refreshedAt: new Date("2026-11-21T12:00:00Z") });
  });

  test("tell people the earliest expiry", () => {
    expect(writeStamps(stamps)["ecr-pull-secrets/expires-at"]).toBe("2026-11-21T23:00:00Z");
  });

  test("tell no expiry if nothing expires", () => {
    const lasting = { ...stamps, registries: new Map() };
    expect(writeStamps(lasting)).not.toHaveProperty("ecr-pull-secrets/expires-at");
  });

  test.each([
    "",
    "null",
    "[]",
    "{",
    '{"manager":1,"rewrites":2}',
    '{"manager":"x","rewrites":"2"}',
  ])("read contention %j as none", (text) => {
    expect(readStamps({ "ecr-pull-secrets/contention": text }).contention).toBeUndefined();
  });

  test("remember all accounts as such, and none as nothing", () => {
    const all = writeStamps({ ...stamps, serviceAccounts: "all" });
    expect(all["ecr-pull-secrets/service-accounts"]).toBe('["*"]');
    expect(readStamps(all).serviceAccounts).toBe("all");
    for (const serviceAccounts of [undefined, []]) {
      const none = writeStamps({ ...stamps, serviceAccounts });
      expect(none).not.toHaveProperty("ecr-pull-secrets/service-accounts");
    }
  });

  test("remember no accounts that are too many for an annotation beside others", () => {
    const named = (count: number) => {
      const serviceAccounts = Array.from({ length: count }, (_, index) => `a-${10_000 + index}`);
      return writeStamps({ ...stamps, serviceAccounts })["ecr-pull-secrets/service-accounts"];
    };
    expect(named(1_600)?.length).toBe(16_001);
    expect(named(1_700)).toBeUndefined();
  });

  test.each([
    "",
    "default",
    "null",
    "{}",
    "[]",
    '["default",1]',
    '["default","*"]',
    '["Default"]',
    '["a/b"]',
    JSON.stringify(Array.from({ length: 2_001 }, (_, index) => `account-${index}`)),
  ])("read the service accounts %.30j as none", (text) => {
    const read = readStamps({ "ecr-pull-secrets/service-accounts": text });
    expect(read.serviceAccounts).toBeUndefined();
  });

  test.each([
    "soon",
    "2026-11-21",
    "2026-13-01T00:00:00Z",
    // As texts, which reports compare, both come before any other time.
    "9999-12-31T23:59:59-23:59",
    "0000-01-01T00:00:00+23:59",
  ])("read the expiry %j as none, so that its secret is due", (expires) => {
    const registry = { issued: "2026-11-21T11:00:00Z", expires, source: "a" };
    const text = JSON.stringify({ "a in us-east-1": registry });
    expect(readStamps({ "ecr-pull-secrets/registries": text }).registries.size).toBe(0);
  });
});

test("a manifest says whose it is, and holds the token only where it has to be revealed", () => {
  const layout = layoutOf({ type: "dockerconfigjson", email: undefined });
  const data = { ".dockerconfigjson": writeDockerConfig(new Map([[host, login]])) };
  const manifest = pullSecretManifest({ namespace: "web", name: "ecr-pull", layout, data, stamps });
  expect(manifest.type).toBe("kubernetes.io/dockerconfigjson");
  expect(manifest.labels).toEqual({ "app.kubernetes.io/managed-by": "ecr-pull-secrets" });
  expect(inspect(manifest, { depth: 9 })).not.toContain("to:ken");
  expect(JSON.stringify(manifest)).not.toContain("to:ken");
  expect(manifest.data[".dockerconfigjson"]?.reveal()).toContain("to:ken");
});

test("a secret value shows as redacted however it is printed", () => {
  const value = new SecretValue("canary");
  const shown = [
    `${value}`,
    String(value),
    JSON.stringify({ value }),
    inspect({ value }),
    // biome-ignore lint/style/useTemplate: it goes another way than a template
    value + "",
  ];
  expect(shown.join()).not.toContain("canary");
  expect(inspect({ value })).toContain("[redacted]");
});
