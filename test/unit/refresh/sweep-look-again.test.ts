/** What happens in the cluster between a sweep's plan and its writes: it looks again, and once. */
import { describe, expect, test } from "vitest";
import { calls, loginsIn, numbered, scenes, secretPath } from "./sweep-scene.ts";

const startScene = scenes();
const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const docker = (content: object) => ({
  type: "kubernetes.io/dockerconfigjson",
  data: { ".dockerconfigjson": JSON.stringify(content) },
});
const edited = {
  data: { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") },
};

describe("a secret that was about to be renewed", () => {
  async function aboutToRenew() {
    const scene = await startScene({ namespaces: ["web", "api"] });
    await scene.sweep();
    scene.passHours(6.1);
    scene.cluster.forgetRequests();
    return scene;
  }

  test("and that somebody edited meanwhile is put right", async () => {
    const scene = await aboutToRenew();
    const uid = scene.cluster.state.secret("web", "ecr-pull")?.metadata.uid;
    const between = () => scene.cluster.state.editSecret("web", "ecr-pull", edited);
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 1, restored: 1 } });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([host]);
    expect(scene.cluster.state.secret("web", "ecr-pull")?.metadata.uid).toBe(uid);
    expect(calls(scene)).toMatchObject({ "patch secrets": 3, "get secrets": 1 });
  });

  test("and that only lost a label of somebody else is renewed", async () => {
    const scene = await aboutToRenew();
    const labelled = { metadata: { labels: { "team.example/owner": "web" } } };
    const between = () => scene.cluster.state.editSecret("web", "ecr-pull", labelled);
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 2 } });
    expect(scene.cluster.state.secret("web", "ecr-pull")?.metadata.labels).toMatchObject(
      labelled.metadata.labels,
    );
  });

  test("and that another sweep renewed meanwhile is current", async () => {
    const scene = await aboutToRenew();
    const report = await scene.sweep({ between: () => scene.sweep() });
    expect(report).toMatchObject({ outcome: "ok", counts: { current: 2, renewed: 0 } });
    expect(JSON.stringify(loginsIn(scene, "web"))).toContain(scene.aws.tokens[1]?.password);
  });

  test("and that was deleted meanwhile is made anew", async () => {
    const scene = await aboutToRenew();
    const between = () => scene.cluster.state.deleteSecret("web", "ecr-pull");
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 2, failed: 0 } });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([host]);
  });

  test("and that somebody replaced by their own meanwhile stays theirs", async () => {
    const scene = await aboutToRenew();
    const theirs = docker({ auths: { "ghcr.io": {} } });
    const between = () => {
      scene.cluster.state.deleteSecret("web", "ecr-pull");
      scene.cluster.state.createSecret("web", "ecr-pull", theirs);
    };
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "failed", counts: { renewed: 1, failed: 1 } });
    expect(report.failures).toMatchObject([{ kind: "conflict", namespaces: ["web"] }]);
    expect(scene.cluster.state.secretData("web", "ecr-pull")).toEqual(theirs.data);
  });

  test("and that another deployment took meanwhile is left to it", async () => {
    const scene = await aboutToRenew();
    const taken = { metadata: { annotations: { "ecr-pull-secrets/owner": "1/eu-west-1/other" } } };
    const between = () => scene.cluster.state.editSecret("web", "ecr-pull", taken);
    const report = await scene.sweep({ between });
    expect(report.failures).toMatchObject([
      { kind: "conflict", message: expect.stringContaining("1/eu-west-1/other") },
    ]);
    expect(JSON.stringify(loginsIn(scene, "web"))).toContain(scene.aws.tokens[0]?.password);
  });

  test("and that changes whenever we look is left to the next sweep", async () => {
    const scene = await aboutToRenew();
    const conflict = { type: "status", code: 409, reason: "Conflict" } as const;
    const on = { method: "PATCH", path: secretPath("web") };
    const fault = scene.cluster.fault({ on, times: 5, do: conflict });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "failed", counts: { renewed: 1, failed: 1 } });
    expect(report.failures).toMatchObject([{ kind: "conflict", namespaces: ["web"] }]);
    expect(fault.hits).toBe(2);
  });
});

describe("a secret that was missing", () => {
  test("and that somebody made meanwhile stays theirs", async () => {
    const scene = await startScene({ namespaces: numbered(3) });
    const theirs = docker({ auths: { "ghcr.io": { auth: "dGhlaXJz" } } });
    const between = () => scene.cluster.state.createSecret("team-2", "ecr-pull", theirs);
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "failed", counts: { created: 2, failed: 1 } });
    expect(report.failures).toMatchObject([
      {
        kind: "conflict",
        namespaces: ["team-2"],
        message: expect.stringContaining("kubectl-create"),
        hint: expect.stringContaining("adopt: true"),
      },
    ]);
    expect(scene.cluster.state.secretData("team-2", "ecr-pull")).toEqual(theirs.data);
  });

  test("and that somebody made meanwhile is taken over where the config adopts", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const between = () =>
      scene.cluster.state.createSecret("web", "ecr-pull", docker({ auths: {} }));
    const report = await scene.sweep({ pullSecrets: [{ adopt: true }], between });
    expect(report).toMatchObject({ outcome: "ok", counts: { adopted: 1 } });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([host]);
  });

  test("and that another sweep made meanwhile ends as one secret", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const report = await scene.sweep({ between: () => scene.sweep() });
    expect(report).toMatchObject({ outcome: "ok", counts: { failed: 0 } });
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([host]);
  });
});

describe("a namespace", () => {
  test("that is being deleted meanwhile is skipped, not failed", async () => {
    const scene = await startScene({ namespaces: numbered(3) });
    const between = () => scene.cluster.state.deleteNamespace("team-2");
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 2, failed: 0 } });
    expect(report.notices).toMatchObject([{ kind: "terminating", namespace: "team-2" }]);
  });

  test("that is gone meanwhile is not a failure", async () => {
    const scene = await startScene({ namespaces: numbered(3) });
    const between = () => scene.cluster.state.removeNamespace("team-2");
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 2, failed: 0 } });
    expect(report.notices).toMatchObject([{ kind: "gone", namespace: "team-2" }]);
  });

  test("that is gone before its secret is renewed is not a failure", async () => {
    const scene = await startScene({ namespaces: numbered(3) });
    await scene.sweep();
    scene.passHours(6.1);
    const between = () => scene.cluster.state.removeNamespace("team-2");
    const report = await scene.sweep({ between });
    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 2, failed: 0 } });
    expect(report.notices).toMatchObject([{ kind: "gone", namespace: "team-2" }]);
  });

  test("that was named outright and doesn't exist is pending", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    const pullSecrets = [{ namespaces: ["web", "tomorrow"] }];
    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 1, failed: 0 } });
    expect(report.notices).toMatchObject([{ kind: "pending", namespace: "tomorrow" }]);
    scene.cluster.state.createNamespace("tomorrow");
    await expect(scene.sweep({ pullSecrets })).resolves.toMatchObject({ counts: { created: 1 } });
  });
});
