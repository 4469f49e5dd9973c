/** Whole diagnoses, against an API server and an AWS that are there. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createCertificateAuthority } from "../../fakes/certificates.ts";
import { htmlPage } from "../../fakes/kubernetes-api/faults.ts";
import { checkScene, find, troubles } from "./check-scene.ts";

const scene = checkScene();
const rbac = "rbac.authorization.k8s.io/v1";
const admission = "admissionregistration.k8s.io/v1";

afterEach(() => {
  vi.useRealTimers();
  scene.api.clearFaults();
  scene.aws.heal();
});

test("a healthy cluster is well in every respect, and nothing is written", async () => {
  scene.api.forgetRequests();
  const report = await scene.diagnose();

  expect(troubles(report)).toEqual([]);
  expect(report).toMatchObject({ outcome: "ok", owner: "123456789012/us-east-1/dev" });
  expect(report?.checks.map(({ group, check }) => `${group}: ${check}`)).toEqual([
    "record: the record can be read",
    "record: the record's kubeconfig is accepted",
    "network: the API server's name has an address",
    "network: the API server takes connections",
    "network: the API server's certificate is trusted",
    "network: the API server's version is supported",
    "network: the API server's clock agrees with ours",
    "credential: the API server accepts the credential",
    "credential: the credential lives long enough",
    "rights: every needed right is there",
    "rights: what nobody asked for is refused",
    "rights: the admission policy is in place",
    "rights: the rights are those that the config asks for",
    "registries: the config has pull secrets for this cluster",
    "registries: every registry gives a token",
    "sweep: the last sweep went well",
    "sweep: the pull secrets are as the config asks",
  ]);
  expect(find(report, "every needed right is there")?.message).toBe("8 of 8");
  expect(find(report, "the admission policy is in place")?.message).toBe("5 of 5");
  expect(find(report, "the API server accepts the credential")?.message).toBe(
    "as system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets",
  );
  const writes = scene.api.requests.filter(
    ({ method, query, path }) =>
      method !== "GET" && query.get("dryRun") !== "All" && !/self\w+reviews$/.test(path),
  );
  expect(writes).toEqual([]);
  expect(new Set(scene.aws.requests.map(({ action }) => action))).toEqual(
    new Set([
      "secretsmanager:GetSecretValue",
      "secretsmanager:DescribeSecret",
      "ecr:GetAuthorizationToken",
    ]),
  );
});

describe("a record", () => {
  test("that isn't there is no diagnosis", async () => {
    await expect(scene.diagnose("", { register: false })).resolves.toBeUndefined();
    await expect(scene.diagnose("", { name: "../x", register: false })).resolves.toBeUndefined();
  });

  test("that is no kubeconfig keeps from the cluster, and from nothing else", async () => {
    const report = await scene.diagnose("my token is eyJhbGciOi");
    expect(find(report, "the record's kubeconfig is accepted")?.result).toBe("failed");
    const skipped = report?.checks.filter(({ result }) => result === "skipped") ?? [];
    expect(skipped.every(({ message }) => message?.endsWith("kubeconfig is accepted"))).toBe(true);
    expect(skipped.map(({ group }) => group)).not.toContain("registries");
    expect(find(report, "every registry gives a token")?.result).toBe("ok");
    expect(find(report, "the last sweep went well")?.result).toBe("ok");
  });

  test("that may not be read says which permission is missing", async () => {
    scene.aws.deny("secretsmanager:GetSecretValue");
    const report = await scene.diagnose();
    scene.aws.allow("secretsmanager:GetSecretValue");
    expect(find(report, "the record can be read")).toMatchObject({
      result: "failed",
      message: expect.stringContaining("secretsmanager:GetSecretValue"),
    });
    expect(find(report, "the record's kubeconfig is accepted")).toMatchObject({
      result: "skipped",
    });
  });

  test("whose tags may not be read still leads to its cluster", async () => {
    scene.aws.deny("secretsmanager:DescribeSecret");
    const report = await scene.diagnose();
    scene.aws.allow("secretsmanager:DescribeSecret");
    expect(troubles(report)).toEqual([
      "failed: the record can be read",
      "skipped: the rights are those that the config asks for",
      "skipped: the last sweep went well",
    ]);
  });

  test("of a cluster that the config doesn't name is told so", async () => {
    const report = await scene.diagnose(undefined, { name: "us-1", noted: {} });
    expect(troubles(report)).toEqual([
      "skipped: every needed right is there",
      "skipped: what nobody asked for is refused",
      "skipped: the admission policy is in place",
      "skipped: the rights are those that the config asks for",
      "warning: the config has pull secrets for this cluster",
      "skipped: every registry gives a token",
      "skipped: the last sweep went well",
      "skipped: the pull secrets are as the config asks",
    ]);
    expect(report?.outcome).toBe("ok");
  });

  test("of rights that the config has outgrown asks for a registration", async () => {
    const report = await scene.diagnose(undefined, {
      noted: { "ecr-pull-secrets:rbac": "sha256:old" },
    });
    expect(find(report, "the rights are those that the config asks for")).toMatchObject({
      result: "warning",
      hint: expect.stringMatching(/^ecr-pull-secrets register eu-\d+ --context/),
    });
    expect(report?.outcome).toBe("ok");
  });
});

describe("a network", () => {
  test("without the server ends there", async () => {
    const kubeconfig = scene.kubeconfig();
    await scene.api.stop();
    const report = await scene.diagnose(kubeconfig);
    await scene.api.start();
    expect(troubles(report).slice(0, 4)).toEqual([
      "failed: the API server takes connections",
      "skipped: the API server's certificate is trusted",
      "skipped: the API server's version is supported",
      "skipped: the API server's clock agrees with ours",
    ]);
    expect(find(report, "the credential lives long enough")?.result).toBe("ok");
  });

  test("with another server in its place is not trusted", async () => {
    const { cert } = await createCertificateAuthority("another");
    const [ours = "", theirs = ""] = [scene.api.ca, cert].map((pem) =>
      Buffer.from(pem).toString("base64"),
    );
    const report = await scene.diagnose(scene.kubeconfig().replace(ours, theirs));
    expect(find(report, "the API server's certificate is trusted")).toMatchObject({
      result: "failed",
      message: expect.stringContaining("isn't signed by the kubeconfig's certificate authority"),
    });
    expect(find(report, "every needed right is there")?.message).toBe(
      "waits for: the API server's certificate is trusted",
    );
  });

  test("with a page of a proxy is no API server", async () => {
    scene.api.fault({ times: 1_000, do: htmlPage });
    const report = await scene.diagnose();
    expect(find(report, "the API server's version is supported")).toMatchObject({
      result: "failed",
      hint: expect.stringContaining("proxy"),
    });
    expect(find(report, "the API server accepts the credential")?.message).toBe(
      "waits for: the API server's version is supported",
    );
  });

  test.each([
    [2 * 60_000, "warning", /behind ours/],
    [-6 * 60_000, "failed", /ahead of ours/],
  ])("across which clocks differ by %i ms is told", async (skewMs, result, message) => {
    const report = await scene.diagnose(undefined, { skewMs });
    expect(find(report, "the API server's clock agrees with ours")).toMatchObject({
      result,
      message: expect.stringMatching(message),
    });
  });
});

describe("a credential", () => {
  test("that has expired is refused, and its end is known", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 2 * 3_600_000 });
    const kubeconfig = scene.kubeconfig(scene.token(3_600));
    vi.useRealTimers();
    const report = await scene.diagnose(kubeconfig);
    expect(find(report, "the API server accepts the credential")).toMatchObject({
      result: "failed",
      hint: expect.stringContaining("--renew"),
    });
    expect(find(report, "the credential lives long enough")).toMatchObject({
      result: "failed",
      message: expect.stringContaining("expired 1 h 0 min ago"),
    });
    expect(find(report, "every needed right is there")?.message).toBe(
      "waits for: the API server accepts the credential",
    );
    expect(find(report, "the record's kubeconfig is accepted")?.result).toBe("ok");
  });

  test("that is refused is told from a server that breaks elsewhere", async () => {
    scene.api.fault({ on: { path: "/version" }, times: 1_000, do: htmlPage });
    const report = await scene.diagnose(scene.kubeconfig("revoked"));
    expect(find(report, "the API server's version is supported")?.result).toBe("failed");
    expect(find(report, "the API server accepts the credential")).toMatchObject({
      result: "failed",
      hint: expect.stringContaining("--replace"),
    });
  });

  test("of an account elsewhere is renewed there", async () => {
    const elsewhere = scene.api.state.serviceAccountToken("other", "ecr-pull-secrets");
    const report = await scene.diagnose(scene.kubeconfig(elsewhere));
    expect(find(report, "every needed right is there")?.hint).toMatch(
      /^ecr-pull-secrets register eu-\d+ --context <context> --namespace other --stage dev$/,
    );
  });

  test("that may not renew itself is told of", async () => {
    await scene.revoke("RoleBinding", rbac);
    const report = await scene.diagnose();
    await scene.grantRights();
    expect(find(report, "the credential lives long enough")).toMatchObject({
      result: "warning",
      message: expect.stringContaining("may not ask for its next token"),
    });
  });

  test("whose renewal fails is told of, by the record's tag", async () => {
    const since = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const report = await scene.diagnose(undefined, {
      noted: { "ecr-pull-secrets:rotation-failing-since": since },
    });
    expect(find(report, "the credential lives long enough")).toMatchObject({
      result: "warning",
      message: expect.stringContaining("its renewal has failed for 3 h"),
    });
  });

  test("of an administrator is well, and may far too much", async () => {
    const report = await scene.diagnose(scene.api.kubeconfig());
    expect(find(report, "every needed right is there")?.result).toBe("ok");
    expect(find(report, "what nobody asked for is refused")).toMatchObject({
      result: "failed",
      message: expect.stringMatching(/^\d+ of \d+ are allowed: /),
      hint: expect.stringContaining("--replace"),
    });
    expect(find(report, "the credential lives long enough")?.message).toMatch(/nothing renews it/);
  });

  test("that is a client certificate is looked at as one", async () => {
    const { cert, key } = await scene.api.clientCertificate("jane");
    const report = await scene.diagnose(
      scene
        .kubeconfig("TOKEN")
        .replace(
          "token: TOKEN",
          [
            `client-certificate-data: ${Buffer.from(cert).toString("base64")}`,
            `      client-key-data: ${Buffer.from(key).toString("base64")}`,
          ].join("\n"),
        ),
    );
    expect(find(report, "the API server accepts the credential")?.message).toBe("as jane");
    expect(find(report, "the credential lives long enough")?.message).toMatch(
      /^a client certificate, good for/,
    );
  });
});

describe("rights", () => {
  test("that were taken away are named one by one", async () => {
    await scene.revoke("ClusterRoleBinding", rbac);
    const report = await scene.diagnose();
    await scene.grantRights();
    const missing = report?.checks.filter(({ check }) => check === "every needed right is there");
    expect(missing?.map(({ message }) => message)).toContain("list namespaces: is refused");
    expect(missing?.every(({ result }) => result === "failed")).toBe(true);
    expect(find(report, "the pull secrets are as the config asks")?.result).toBe("failed");
  });

  test("without their policy are too many", async () => {
    await scene.revoke("ValidatingAdmissionPolicyBinding", admission);
    const report = await scene.diagnose();
    await scene.grantRights();
    const open = report?.checks.filter(({ check }) => check === "the admission policy is in place");
    expect(open?.map(({ message }) => message)).toContain(
      "make secret kube-system/ecr-pull hold another account's token: is allowed",
    );
    expect(report?.outcome).toBe("failed");
    expect(scene.api.state.secretsNamed("ecr-pull").size).toBe(0);
  });
});

describe("registries", () => {
  test("that refuse are named, and hide nothing of the cluster", async () => {
    scene.aws.deny("ecr:GetAuthorizationToken");
    const report = await scene.diagnose();
    scene.aws.allow("ecr:GetAuthorizationToken");
    expect(troubles(report)).toEqual(["failed: every registry gives a token"]);
    expect(find(report, "every registry gives a token")?.message).toMatch(
      /^123456789012\.dkr\.ecr\.us-east-1: AWS denied ecr:GetAuthorizationToken/,
    );
  });

  const check = "every registry gives a token";
  const ghcr = (secretId: string) => ({ type: "static", host: "ghcr.io", secretId });
  const login = JSON.stringify({ username: "robot", password: "pass" });

  test("of every kind are asked, a kept login for the version that is current", async () => {
    scene.aws.secrets.create("kept", "an earlier value");
    scene.aws.secrets.put("kept", login);
    const registries = [{ type: "ecr", region: "eu-west-1" }, { type: "ecr-public" }, ghcr("kept")];
    const report = await scene.diagnose(undefined, { registries });
    expect(find(report, check)).toMatchObject({ result: "ok", message: "3 of 3" });
  });

  test.each([
    ["version", "secretsmanager:DescribeSecret"],
    ["value", "secretsmanager:GetSecretValue"],
  ])("whose kept login has a %s that can't be read say so", async (unread, action) => {
    const secretId = `kept/${unread}`;
    scene.aws.secrets.create(secretId, login);
    const resource = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${secretId}-*`;
    scene.aws.deny(action, { resource });
    const report = await scene.diagnose(undefined, { registries: [ghcr(secretId)] });
    scene.aws.allow(action, { resource });
    expect(find(report, check)).toMatchObject({
      result: "failed",
      message: expect.stringMatching(`^ghcr.io: AWS denied ${action} on ${secretId} in us-east-1`),
      hint: expect.stringContaining("secretId"),
    });
  });
});

describe("pull secrets", () => {
  test("that somebody else made are a problem that no sweep mends", async () => {
    const namespaces = ["team-a", "web"];
    for (const namespace of namespaces) {
      scene.api.state.createSecret(namespace, "ecr-pull");
    }
    const report = await scene.diagnose();
    for (const namespace of namespaces) {
      scene.api.state.deleteSecret(namespace, "ecr-pull");
    }
    expect(find(report, "the pull secrets are as the config asks")).toMatchObject({
      result: "failed",
      message: expect.stringMatching(/^2 problems, .*made by kubectl-create.* in team-a$/),
    });
    // Nothing is tried where what is there would be in the way.
    expect(find(report, "the admission policy is in place")?.result).toBe("ok");
  });

  test("whose sweeps fail say since when", async () => {
    const failingSince = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const report = await scene.diagnose(undefined, {
      noted: { "ecr-pull-secrets:failing-since": failingSince },
    });
    expect(find(report, "the last sweep went well")).toMatchObject({
      result: "failed",
      message: expect.stringContaining("every sweep has failed for 3 h"),
    });
  });
});

test("an image is looked for only for whoever asks for one, and counts", async () => {
  const report = await scene.diagnose(undefined, { image: "ghcr.io/team/app:1" });
  expect(troubles(report)).toEqual(["failed: the registry lets the cluster pull the image"]);
  expect(report?.outcome).toBe("failed");
});
