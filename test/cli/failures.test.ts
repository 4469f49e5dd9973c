import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { createCertificateAuthority } from "../fakes/certificates.ts";
import { htmlPage } from "../fakes/kubernetes-api/faults.ts";
import { expectGolden } from "./golden.ts";
import { type Scene, startScene } from "./scene.ts";

const namespaces = ["shop", "team-a"];
const refresh = (scene: Scene) => ["refresh", ...scene.target, "--yes"];

function kubeconfigOf({ cluster }: Scene, user: object, ca = cluster.ca): string {
  const certificate = Buffer.from(ca).toString("base64");
  const server = { server: cluster.url, "certificate-authority-data": certificate };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "own", cluster: server }],
    users: [{ name: "own", user }],
    contexts: [
      { name: "kind-one", context: { cluster: "own", user: "own" } },
      { name: "kind-two", context: { cluster: "own", user: "own" } },
    ],
  });
}

describe.concurrent("what fails is said, with 1, and the rest is done", () => {
  test("leaves a foreign secret alone, and says how to take it over", async () => {
    await using scene = await startScene(namespaces);
    const foreign = scene.cluster.state.createSecret("shop", "ecr-pull", {
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": '{"auths":{}}' },
    });

    const finished = await scene.run(refresh(scene));

    await expectGolden("conflict", finished);
    expect(finished.exitCode).toBe(1);
    expect(scene.cluster.state.secret("shop", "ecr-pull")).toEqual(foreign);
    expect(scene.cluster.state.secretsNamed("ecr-pull").size).toBe(3);

    const adopting = await scene.run([...refresh(scene), "--adopt"]);
    await expectGolden("conflict-adopted", adopting);
    expect(adopting.exitCode).toBe(0);
    const uid = scene.cluster.state.secret("shop", "ecr-pull")?.metadata.uid;
    expect(uid).toBe(foreign.metadata.uid);
  });

  test("leaves a secret of another deployment alone", async () => {
    await using scene = await startScene(namespaces);
    const owner = "123456789012/eu-west-1/prod";
    const annotations = { "ecr-pull-secrets/owner": owner };
    scene.cluster.state.createSecret("shop", "ecr-pull", { annotations });

    const finished = await scene.run(refresh(scene));

    await expectGolden("conflict-other-owner", finished);
    expect(finished.exitCode).toBe(1);
  });

  test("writes nothing without a credential, and names the missing permission", async () => {
    await using scene = await startScene(namespaces);
    scene.aws.deny("ecr:GetAuthorizationToken");

    const finished = await scene.run(refresh(scene));

    await expectGolden("mint-denied", finished);
    expect(finished.exitCode).toBe(1);
    expect(scene.cluster.state.secretsNamed("ecr-pull").size).toBe(0);
  });

  test("prints failures as JSON, too", async () => {
    await using scene = await startScene(namespaces);
    scene.aws.deny("ecr:GetAuthorizationToken");

    const finished = await scene.run([...refresh(scene), "--output", "json"]);

    const failure = z.looseObject({ kind: z.string(), namespaces: z.array(z.string()) });
    const shape = z.looseObject({ outcome: z.string(), failures: z.array(failure) });
    const report = shape.parse(JSON.parse(finished.stdout));
    expect(finished.exitCode).toBe(1);
    expect(report).toMatchObject({ outcome: "failed", counts: { failed: 3, created: 0 } });
    expect(report.failures.map(({ kind }) => kind)).toEqual(["mint"]);
  });

  test("goes on where one namespace refuses", async () => {
    await using scene = await startScene(namespaces);
    const shape = { type: "status", code: 403, reason: "Forbidden", message: "no, by policy" };
    scene.cluster.fault({
      on: { method: "PATCH", path: /\/shop\// },
      do: { ...shape, type: "status" },
    });

    const finished = await scene.run(refresh(scene));

    await expectGolden("one-namespace-refuses", finished);
    expect(finished.exitCode).toBe(1);
    expect([...scene.cluster.state.secretsNamed("ecr-pull").keys()].sort()).toEqual([
      "default",
      "team-a",
    ]);
  });
});

describe.concurrent("a cluster that can't be used", () => {
  test("unreachable", async () => {
    await using scene = await startScene();
    await scene.cluster.stop();
    await expectFailure(scene, "cluster-unreachable");
  });

  test("another CA", async () => {
    await using scene = await startScene();
    const { cert } = await createCertificateAuthority("another");
    const { token } = scene.cluster.admin;
    await scene.write("cluster.yaml", kubeconfigOf(scene, { token }, cert));
    await expectFailure(scene, "cluster-other-ca", "--context", "kind-one");
  });

  test("a token that isn't valid any more", async () => {
    await using scene = await startScene();
    await scene.write("cluster.yaml", kubeconfigOf(scene, { token: "once-valid-token" }));
    const { stderr } = await expectFailure(scene, "cluster-token", "--context", "kind-one");
    expect(stderr).not.toContain("once-valid");
  });

  test("a user without rights", async () => {
    await using scene = await startScene();
    const { token } = scene.cluster.addUser("jane");
    await scene.write("cluster.yaml", kubeconfigOf(scene, { token }));
    const { stderr } = await expectFailure(scene, "cluster-no-rights", "--context", "kind-one");
    expect(stderr).not.toContain(token);
  });

  test("a page of a proxy instead of an answer", async () => {
    await using scene = await startScene();
    scene.cluster.fault({ on: { method: "GET" }, times: 100, do: htmlPage });
    await expectFailure(scene, "cluster-html");
  });

  async function expectFailure(scene: Scene, name: string, ...flags: string[]) {
    const finished = await scene.run([...refresh(scene), ...flags]);
    await expectGolden(name, finished);
    expect(finished).toMatchObject({ exitCode: 1, stdout: "" });
    expect(scene.aws.tokens).toEqual([]);
    return finished;
  }
});

describe.concurrent("a kubeconfig or AWS credentials that can't be used", () => {
  test.each([
    ["kubeconfig-wrong-context", ["--kubeconfig", "two.yaml", "--context", "kind-tow"]],
    ["kubeconfig-no-current-context", ["--kubeconfig", "two.yaml"]],
    ["kubeconfig-missing-file", ["--kubeconfig", "nowhere.yaml"]],
    ["kubeconfig-not-yaml", ["--kubeconfig", "prose.yaml"]],
    ["kubeconfig-none", []],
    ["aws-unknown-profile", ["--kubeconfig", "cluster.yaml", "--profile", "staging"]],
  ])("%s", async (name, flags) => {
    await using scene = await startScene();
    await scene.write("two.yaml", kubeconfigOf(scene, { token: scene.cluster.admin.token }));
    await scene.write("prose.yaml", `"my token is ${scene.cluster.admin.token}`);

    const finished = await scene.run(["plan", "--local", ...flags]);

    await expectGolden(name, finished);
    expect(finished).toMatchObject({ exitCode: 1, stdout: "" });
    expect(scene.cluster.requests).toEqual([]);
  });

  test.each([
    ["aws-no-credentials", { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }],
    ["aws-unknown-key", { AWS_ACCESS_KEY_ID: "AKIAUNKNOWN2222222222" }],
  ])("%s", async (name, env) => {
    await using scene = await startScene();

    const finished = await scene.run(refresh(scene), { env });

    await expectGolden(name, finished);
    expect(finished).toMatchObject({ exitCode: 1, stdout: "" });
    expect(scene.cluster.requests).toEqual([]);
  });
});
