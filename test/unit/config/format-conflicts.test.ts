import { describe, expect, test } from "vitest";
import { onlyPullSecret, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const opaque = "format: { type: opaque, username: user, password: pass }";
const role = 'roleArn: "arn:aws:iam::111122223333:role/a"';
const session = `format: { type: awsCredentials, ${role} }`;
const loginOnly = "the format opaque holds one username and password";

const told = (text: string) =>
  problemsIn(text).map(({ path, message }) => [path.replace("pullSecrets[0].", ""), message]);

describe("a pull secret is refused", () => {
  test.each<[string, readonly string[], string, string]>([
    ["without registries", [], "registries", "missing: expected a list"],
    [
      "without registries, its format being named",
      ["format: { type: dockerconfigjson }"],
      "registries",
      "missing: expected a list",
    ],
    ["as opaque without registries", [opaque], "registries", "missing: expected a list"],
    [
      "as opaque with two registries",
      [opaque, "registries: [{ type: ecr, region: us-east-1 }, { type: ecr, region: eu-west-1 }]"],
      "registries",
      `${loginOnly}: expected one registry, found 2`,
    ],
    [
      "as opaque with two accounts",
      [
        opaque,
        'registries: [{ type: ecr, region: us-east-1, accounts: ["111122223333", "444455556666"] }]',
      ],
      "registries[0].accounts",
      `${loginOnly}: expected one account, found 2`,
    ],
    [
      "as opaque with one key for both",
      ["format: { type: opaque, username: login, password: login }", registries],
      "format.password",
      "the same key as for the username: expected another one",
    ],
    [
      "as opaque with accounts to link",
      [opaque, registries, "serviceAccounts: [default]"],
      "serviceAccounts",
      "the kubelet reads no pull secret of the format opaque: expected none",
    ],
    [
      "as a session with registries",
      [session, registries],
      "registries",
      "the format awsCredentials holds a session of its role, and no login: expected none",
    ],
    [
      "as a session that restarts workloads",
      [session, "restart: [deployment/a]"],
      "restart",
      "sessions are renewed every half hour, and each would roll these; SDKs read them anew by themselves: expected none",
    ],
    [
      "as a session with accounts to link",
      [session, "serviceAccounts: ['*']"],
      "serviceAccounts",
      "the kubelet reads no pull secret of the format awsCredentials: expected none",
    ],
    [
      "that restarts one workload twice",
      [registries, "restart: [deployment/a, daemonset/a, deployment/a]"],
      "restart[2]",
      "deployment/a is already in restart[0]: expected it once",
    ],
  ])("%s", (_, lines, path, message) => {
    expect(told(pullSecretWith("adopt: false", ...lines))).toEqual([[path, message]]);
  });

  test("for all of it at once, beside what is wrong elsewhere", () => {
    const text = pullSecretWith(
      "format: { type: opaque, username: login, password: login }",
      "serviceAccounts: [default]",
      "restart: [deployment/a, deployment/a]",
      "nonsense: 1",
    );
    expect(told(text).map(([path]) => path)).toEqual([
      "registries",
      "format.password",
      "serviceAccounts",
      "restart[1]",
      "nonsense",
    ]);
  });

  test("once for an unknown format, whatever else there is", () => {
    const text = pullSecretWith("format: { type: opaq }", "serviceAccounts: [default]");
    expect(told(text).map(([path]) => path)).toEqual(["format.type"]);
  });

  test.each([".", "..", "..a", "a b", "a/b"])("for the key %j, which no Secret may have", (key) => {
    const text = pullSecretWith(
      `format: { type: opaque, username: "${key}", password: p }`,
      registries,
    );
    expect(told(text).map(([path]) => path)).toEqual(["format.username"]);
  });
});

describe("a pull secret is fine", () => {
  test.each<[string, readonly string[]]>([
    ["as opaque with one registry", [opaque, registries]],
    [
      "as opaque with one account",
      [opaque, `registries: [{ type: ecr, region: eu-west-1, ${role} }]`],
    ],
    ["as opaque for ECR Public", [opaque, "registries: [{ type: ecr-public }]"]],
    ["as a session by itself", [session]],
    ["with workloads of one name", [registries, "restart: [deployment/a, statefulset/a]"]],
    ["with keys that begin with one dot", [opaque.replace(": user", ": .user"), registries]],
  ])("%s", (_, lines) => {
    expect(problemsIn(pullSecretWith(...lines))).toEqual([]);
  });

  test("with an email for clients that want one", () => {
    const format = "format: { type: dockerconfigjson, email: platform@example.com }";
    expect(onlyPullSecret(pullSecretWith(registries, format)).format).toEqual({
      type: "dockerconfigjson",
      email: "platform@example.com",
    });
  });
});
