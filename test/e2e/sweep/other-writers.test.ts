/** Secrets that somebody else writes to, made, or left behind. */
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partPath } from "../parts/part-paths.ts";
import { run } from "../parts/processes.ts";
import {
  createNamespaces,
  dockerConfigJson,
  loginsIn,
  numbered,
  readSecret,
  readSecrets,
  type SecretObject,
} from "./contents.ts";
import type { PullSecretInput, SweepResult } from "./deployment.ts";
import { sweeperName } from "./rights.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
let kubectl: Scene["cluster"]["kubectl"];
beforeAll(async () => {
  scene = await startScene({ audit: true });
  kubectl = scene.cluster.kubectl;
});
afterAll(() => scene?.stop());

const named = (names: readonly string[]) => names.map((name) => ({ name }));
const host = "000000000000.dkr.ecr.us-east-1.amazonaws.com";
const brokenData = JSON.stringify({ data: { ".dockerconfigjson": btoa('{"auths":{}}') } });

async function writesDuring(work: () => Promise<unknown>) {
  const events = await scene.cluster.audit.eventsDuring(work);
  return events.filter(({ user, verb }) => user === sweeperName() && verb !== "list");
}

describe("an edit by kubectl", () => {
  /** `kubectl edit`, by somebody whose editor replaces one text with another. */
  async function edit(namespace: string, from: string, to: string): Promise<void> {
    await run(partPath("kubectl"), ["edit", "secret", "ecr-pull", `--namespace=${namespace}`], {
      env: {
        PATH: process.env["PATH"],
        HOME: dirname(scene.cluster.adminKubeconfigPath),
        KUBECONFIG: scene.cluster.adminKubeconfigPath,
        KUBE_EDITOR: `sed -i.bak -e 's/${from}/${to}/'`,
      },
    });
  }

  const change = (verb: string, namespace: string, ...args: string[]) =>
    kubectl([verb, "secret", "ecr-pull", `--namespace=${namespace}`, ...args]);

  test.each([
    {
      what: "a patch of the data",
      by: (namespace: string) => change("patch", namespace, `--patch=${brokenData}`),
      reason: "kubectl-patch changed data..dockerconfigjson",
    },
    {
      what: "an edit of the data",
      by: (namespace: string) => edit(namespace, "dockerconfigjson: .*", "dockerconfigjson: e30="),
      reason: "kubectl-edit changed data..dockerconfigjson",
    },
    {
      what: "an edit of an annotation",
      by: (namespace: string) => edit(namespace, "shape: .*", "shape: mine"),
      reason: "kubectl-edit changed metadata.annotations.ecr-pull-secrets/shape",
    },
    {
      what: "an annotation of another value",
      by: (namespace: string) =>
        change("annotate", namespace, "--overwrite", "ecr-pull-secrets/refreshed-at=yesterday"),
      reason: "kubectl-annotate changed metadata.annotations.ecr-pull-secrets/refreshed-at",
    },
    {
      what: "the removal of our label",
      by: (namespace: string) => change("label", namespace, "app.kubernetes.io/managed-by-"),
      reason: "somebody removed metadata.labels.app.kubernetes.io/managed-by",
    },
  ])("$what is put right in place, with who did what", async ({ what, by, reason }) => {
    const namespace = what.replaceAll(" ", "-");
    await createNamespaces(kubectl, [{ name: namespace }]);
    const prod = await scene.deploy(namespace);
    const pullSecret = { namespaces: namespace };
    await prod.sweep([pullSecret]);
    const before = await readSecret(kubectl, namespace);
    await by(namespace);

    const report = await prod.sweep([pullSecret]);

    expect(report).toMatchObject({ outcome: "ok", secrets: [{ result: "restored", reason }] });
    const after = await readSecret(kubectl, namespace);
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata.annotations).toMatchObject({
      "ecr-pull-secrets/owner": prod.owner,
      "ecr-pull-secrets/shape": before.metadata.annotations["ecr-pull-secrets/shape"],
    });
    expect(loginsIn(after)).toEqual({
      [host]: expect.objectContaining({ password: scene.aws.tokens.at(-1)?.password }),
    });
    const third = await prod.sweep([pullSecret]);
    expect(third.counts).toMatchObject({ current: 1, restored: 0 });
  });
});

test("a field that is taken back three times is left, and written again at half-life", async () => {
  await createNamespaces(kubectl, [{ name: "fought-over" }]);
  const prod = await scene.deploy("fight");
  const pullSecret = { namespaces: "fought-over" };
  await prod.sweep([pullSecret]);
  const takeBack = () =>
    kubectl(["patch", "secret", "ecr-pull", "--namespace=fought-over", `--patch=${brokenData}`]);
  for (let round = 1; round <= 3; round += 1) {
    await takeBack();
    const report = await prod.sweep([pullSecret]);
    expect(report.counts.restored, `round ${round}`).toBe(1);
  }
  await takeBack();

  let givenUp: SweepResult | undefined;
  const writes = await writesDuring(async () => {
    givenUp = await prod.sweep([pullSecret]);
  });

  expect(writes).toEqual([]);
  expect(givenUp).toMatchObject({
    outcome: "failed",
    failures: [
      {
        kind: "contention",
        namespaces: ["fought-over"],
        message: expect.stringMatching(/^kubectl-patch keeps changing data\.\.dockerconfigjson/),
        hint: expect.stringContaining("--show-managed-fields"),
      },
    ],
  });
  expect(dockerConfigJson(await readSecret(kubectl, "fought-over"))).toBe('{"auths":{}}');

  scene.clock.passHalfLife();
  const renewal = await prod.sweep([pullSecret]);

  expect(renewal).toMatchObject({ outcome: "ok", counts: { restored: 1 } });
  expect(loginsIn(await readSecret(kubectl, "fought-over"))[host]?.password).toBe(
    scene.aws.tokens.at(-1)?.password,
  );
});

describe("a secret of that name that somebody else made", () => {
  const namespaces = ["theirs-foreign", "theirs-opaque", "theirs-other-owner", "theirs-none"];
  const pullSecret: PullSecretInput = { namespaces: "theirs-*" };
  let made: ReadonlyMap<string, SecretObject>;

  async function createForeign(namespace: string): Promise<void> {
    const login = ["--docker-server=registry.example", "--docker-username=me"];
    const args = ["ecr-pull", ...login, "--docker-password=mine", `--namespace=${namespace}`];
    await kubectl(["create", "secret", "docker-registry", ...args]);
  }

  beforeAll(async () => {
    await createNamespaces(kubectl, named(namespaces));
    await createForeign("theirs-foreign");
    const opaque = ["ecr-pull", "--from-literal=key=value", "--namespace=theirs-opaque"];
    await kubectl(["create", "secret", "generic", ...opaque]);
    const elsewhere = await scene.deploy("elsewhere");
    await elsewhere.sweep([{ namespaces: "theirs-other-owner" }]);
    made = await readSecrets(kubectl);
  });

  test("is left alone and reported, and stops no other", async () => {
    const prod = await scene.deploy("theirs");
    const report = await prod.sweep([pullSecret]);

    expect(report.outcome).toBe("failed");
    const conflicts = report.failures.filter(({ kind }) => kind === "conflict");
    expect(conflicts.flatMap((failure) => failure.namespaces).sort()).toEqual([
      "theirs-foreign",
      "theirs-opaque",
      "theirs-other-owner",
    ]);
    const about = (namespace: string) =>
      report.failures.find((failure) => failure.namespaces.includes(namespace));
    expect(about("theirs-foreign")).toMatchObject({
      message: expect.stringContaining("made by kubectl-create"),
      hint: expect.stringContaining("`adopt: true`"),
    });
    expect(about("theirs-other-owner")).toMatchObject({
      message: expect.stringContaining("another deployment (000000000000/us-east-1/elsewhere)"),
    });
    const after = await readSecrets(kubectl);
    expect(after.has("theirs-none")).toBe(true);
    for (const [namespace, secret] of made) expect(after.get(namespace)).toEqual(secret);
  });

  test("is taken over in place with adopt, unless its type or its owner forbids it", async () => {
    const prod = await scene.deploy("theirs");
    const report = await prod.sweep([{ ...pullSecret, adopt: true }]);

    expect(report).toMatchObject({ outcome: "failed", counts: { adopted: 1, failed: 2 } });
    const after = await readSecrets(kubectl);
    const adopted = after.get("theirs-foreign");
    expect(adopted?.metadata.uid).toBe(made.get("theirs-foreign")?.metadata.uid);
    expect(adopted?.metadata.annotations["ecr-pull-secrets/owner"]).toBe(prod.owner);
    expect(adopted && Object.keys(loginsIn(adopted))).toEqual([host]);
    for (const namespace of ["theirs-opaque", "theirs-other-owner"]) {
      expect(after.get(namespace)).toEqual(made.get(namespace));
    }
    const aboutType = report.failures.find(({ namespaces }) => namespaces[0] === "theirs-opaque");
    expect(aboutType).toMatchObject({
      kind: "conflict",
      message: expect.stringContaining("another type"),
      hint: expect.stringContaining("kubectl delete secret -n theirs-opaque ecr-pull"),
    });
  });

  test("stays theirs when it is made while the sweep runs", async () => {
    await createNamespaces(kubectl, [{ name: "theirs-late" }]);
    const prod = await scene.deploy("theirs-late");

    const report = await prod.sweep([{ namespaces: "theirs-late" }], {
      afterWrites: 0,
      happens: () => createForeign("theirs-late"),
    });

    expect(report).toMatchObject({ outcome: "failed", failures: [{ kind: "conflict" }] });
    const left = dockerConfigJson(await readSecret(kubectl, "theirs-late"));
    expect(JSON.parse(left)).toMatchObject({ auths: { "registry.example": { username: "me" } } });
  });
});

describe("secrets of ours where the config no longer wants them", () => {
  const all = numbered("moved", 10);
  const kept = all.slice(0, 4);
  // With a glob: where a config names all namespaces outright, no others are looked at.
  const wide = { namespaces: "moved-*" };
  const narrow = { namespaces: { include: ["moved-*"], exclude: all.slice(4) } };
  const heldIn = async () => {
    const secrets = await readSecrets(kubectl);
    return all.filter((namespace) => secrets.has(namespace));
  };

  test("are reported and stay", async () => {
    await createNamespaces(kubectl, named(all));
    const prod = await scene.deploy("moved");
    await prod.sweep([wide]);

    const report = await prod.sweep([narrow]);

    expect(report).toMatchObject({ outcome: "ok", counts: { current: 4, deleted: 0 } });
    expect(report.notices).toHaveLength(6);
    expect(new Set(report.notices.map(({ kind }) => kind))).toEqual(new Set(["orphaned"]));
    await expect(heldIn()).resolves.toEqual(all);
  });

  test("are deleted with prune, a fifth per sweep, until none is left", async () => {
    const prod = await scene.deploy("moved", { namespace: "pruner", prune: true });
    const pruning = { ...narrow, prune: true };

    const first = await prod.sweep([pruning]);

    expect(first).toMatchObject({ outcome: "ok", counts: { deleted: 2 } });
    expect(first.notices.map(({ kind }) => kind)).toEqual(Array(4).fill("prune-held"));
    await expect(heldIn()).resolves.toHaveLength(8);

    const deletions: number[] = [];
    while (deletions.at(-1) !== 0) {
      deletions.push((await prod.sweep([pruning])).counts.deleted);
    }

    expect(deletions).toEqual([1, 1, 1, 1, 0]);
    await expect(heldIn()).resolves.toEqual(kept);
  });

  test("stay if somebody made them anew while the sweep ran", async () => {
    const prod = await scene.deploy("anew", { namespace: "pruner", prune: true });
    await createNamespaces(kubectl, named(["anew-1", "anew-2"]));
    await prod.sweep([{ namespaces: "anew-*" }]);
    const pruning = { namespaces: { include: ["anew-*"], exclude: ["anew-2"] }, prune: true };

    const report = await prod.sweep([pruning], {
      afterWrites: 0,
      happens: async () => {
        await kubectl(["delete", "secret", "ecr-pull", "--namespace=anew-2"]);
        const theirs = ["ecr-pull", "--from-literal=key=value", "--namespace=anew-2"];
        await kubectl(["create", "secret", "generic", ...theirs]);
      },
    });

    expect(report).toMatchObject({ outcome: "ok", counts: { deleted: 0 } });
    expect((await readSecret(kubectl, "anew-2")).type).toBe("Opaque");
  });
});
