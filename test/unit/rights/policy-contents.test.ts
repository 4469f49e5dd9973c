import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { created, creates, judge, refusal, updates } from "./policy-requests.ts";
import { namespaces } from "./wishes.ts";

const opaque = { type: "opaque", username: "user", password: "pass" } as const;
const sessions = {
  type: "awsCredentials",
  roleArn: "arn:aws:iam::111122223333:role/s3",
  region: "eu-west-1",
  sessionPolicy: undefined,
  mountPath: "/var/run/secrets/aws",
} as const;

const base64 = (text: string) => Buffer.from(text).toString("base64");
const process = "credential_process = cat /var/run/secrets/aws/credentials.json";
const config = `[default]\n${process}\nregion = eu-west-1\n`;
const docker = "kubernetes.io/dockerconfigjson";
const holding = (data: object, type = "Opaque") => ({ type, data });
const login = { user: base64("AWS"), pass: base64("x") };

describe("a new secret", () => {
  test.each<[string, Partial<PullSecretConfig>, object, string | undefined]>([
    ["opaque, with its keys", { format: opaque }, holding(login), undefined],
    ["opaque, without one of them", { format: opaque }, holding({ user: "" }), undefined],
    ["opaque, empty", { format: opaque }, holding({}), undefined],
    [
      "opaque, with a key too many",
      { format: opaque },
      holding({ ...login, LD_PRELOAD: "eA==" }),
      refusal.content,
    ],
    ["opaque, but of the kubelet's type", { format: opaque }, holding(login, docker), refusal.type],
    [
      "opaque, but a token's",
      { format: opaque },
      holding({}, "kubernetes.io/service-account-token"),
      refusal.type,
    ],
    ["the kubelet's, but opaque", {}, holding({ ".dockerconfigjson": "e30=" }), refusal.type],
    [
      "sessions, as a sweep writes them",
      { format: sessions },
      holding({ "credentials.json": "e30=", config: base64(config) }),
      undefined,
    ],
    [
      "sessions that run another command",
      { format: sessions },
      holding({
        "credentials.json": "e30=",
        config: base64("[default]\ncredential_process = sh -c x\n"),
      }),
      refusal.content,
    ],
    [
      "sessions with another file",
      { format: sessions },
      holding({ "credentials.json": "e30=", run: "eA==" }),
      refusal.content,
    ],
  ])("%s", (_, entry, content, expected) => {
    expect(judge([entry])(creates("web", content))).toBe(expected);
  });
});

describe("a secret that is there", () => {
  const change = (before: object, after: object) => {
    const of = (data: object) => ({ ...created(), type: "Opaque", data });
    const request = updates("web", of(before), of(after));
    return judge([{ format: opaque }])({ ...request, kind: "Secret", name: "ecr-pull" });
  };

  test.each<[string, object, object, string | undefined]>([
    ["is renewed", login, { ...login, pass: base64("y") }, undefined],
    ["keeps what others put there", { theirs: "eA==", ...login }, { theirs: "eA==" }, undefined],
    ["loses a key that is no longer wanted", { old: "eA==", ...login }, login, undefined],
    ["gets no other key", login, { ...login, other: "eA==" }, refusal.content],
    ["keeps the value of others' keys", { theirs: "eA==" }, { theirs: "eQ==" }, refusal.content],
  ])("%s", (_, before, after, expected) => {
    expect(change(before, after)).toBe(expected);
  });
});

test("one name has in each place the format that it has there", () => {
  const entries = [
    { namespaces: namespaces(["web"]), format: opaque },
    { namespaces: namespaces(["api", "other"]) },
    { name: "x", format: sessions },
  ];
  const both = [holding(login), holding({ ".dockerconfigjson": "e30=" }, docker)];
  const found = ["web", "api"].map((namespace) =>
    both.map((content) => judge(entries)(creates(namespace, content))),
  );
  expect(found).toEqual([
    [undefined, refusal.type],
    [refusal.type, undefined],
  ]);
});
