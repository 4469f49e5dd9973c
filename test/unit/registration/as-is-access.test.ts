/** A kubeconfig of somebody's making, on the real adapters: tried, refused, accepted, stored. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { KubeconfigError } from "../../../src/errors.ts";
import { asIsAccess } from "../../../src/registration/access/as-is-access.ts";
import { carryOutRegistration } from "../../../src/registration/carry-out.ts";
import type { Narrator, Step } from "../../../src/registration/narrator.ts";
import { prepareAsIs } from "../../../src/registration/prepare-as-is.ts";
import { openAsIsCluster } from "../../../src/wiring/as-is-cluster.ts";
import { desiredOf, wishOf } from "./objects.ts";
import { hasty } from "./registration-scene.ts";
import { type RemovalScene, startRemovalScene } from "./removal-scene.ts";

let scene: RemovalScene;
let name = "";
let names = 0;
beforeAll(async () => {
  scene = await startRemovalScene();
});
beforeEach(() => {
  names += 1;
  name = `as-is-${names}`;
});
afterEach(() => scene.wipe());
afterAll(() => scene[Symbol.asyncDispose]());

const never = new AbortController().signal;
const step: Step = (_, work) => work(() => {});
const narrator: Narrator = { look: step, change: step };

interface Wish {
  readonly acceptWider?: boolean;
  readonly replace?: boolean;
  readonly context?: string;
  readonly now?: Date;
}

async function register(kubeconfig: string, { acceptWider = false, ...more }: Wish = {}) {
  const { replace = false, context, now: at = new Date() } = more;
  const now = () => at;
  const record = { cluster: name, insecureTlsAllowed: false, region: "us-east-1" };
  const opened = await openAsIsCluster({
    lookup: { ...(await scene.trusted(kubeconfig)), context },
    record: { ...record, profile: undefined },
    now,
    stop: never,
    abort: never,
    connection: hasty,
  });
  const { cluster, credential } = opened;
  await using _ = cluster;
  const access = asIsAccess({ ...opened, now: at, judgeDeployed: undefined });
  const wish = wishOf({ cluster: name, access, replace, desired: desiredOf() });
  const { clusters, writer, stack } = scene;
  const kubeconfigs = cluster.kubeconfigsFor({ ...record, profile: undefined });
  const ports = { admin: cluster.admin, kubeconfigs, clusters, writer, stack, narrator, now };
  const plan = await prepareAsIs(wish, { credential, acceptWider }, ports);
  return await carryOutRegistration(plan, { ...ports, sleep: async () => {} });
}

/** With just the rights that the config needs, and the policy. */
function narrow(lifetimeSeconds?: number): string {
  scene.registered(`by-hand-${names}`);
  const user = "ecr-pull-secrets";
  const token = scene.cluster.state.serviceAccountToken(user, user, lifetimeSeconds);
  return scene.cluster.kubeconfig({ name: user, token });
}

describe("a kubeconfig with the rights that are needed", () => {
  test("is stored, tried before, with its life in the record's tag, and swept", async () => {
    scene.asked.length = 0;
    const outcome = await register(narrow(86_400));

    expect(outcome).toMatchObject({ stopped: undefined, done: [], record: "created" });
    expect(outcome.proofs.length).toBeGreaterThan(40);
    expect(outcome.plan.warnings).toEqual([]);
    expect(scene.asked).toEqual([{ cluster: name, mode: "sweep" }]);
    const { tags, value } = scene.record(name) ?? {};
    const [issued = "", expires = ""] = tags?.["ecr-pull-secrets:credential"]?.split("/") ?? [];
    expect(Date.parse(expires) - Date.parse(issued)).toBe(86_400_000);
    expect(tags?.["ecr-pull-secrets:rbac"]).toMatch(/^[0-9a-f]{16}$/);
    expect(parse(value ?? "").clusters[0].cluster.server).toBe(scene.cluster.url);
  });

  test("is the only one that is stored of a file with many", async () => {
    const all = parse(narrow());
    all.clusters.push({ name: "other", cluster: { server: "https://other.example.com" } });
    all.users.push({ name: "other", user: { token: "canary-of-another-cluster" } });
    all.contexts.push({ name: "other", context: { cluster: "other", user: "other" } });
    all["current-context"] = "other";
    await register(stringify(all), { context: "fake" });
    expect(scene.record(name)?.value).not.toContain("canary");
    expect(parse(scene.record(name)?.value ?? "")["current-context"]).toBe("fake");
  });

  test("stands in for one that is registered only if somebody says so", async () => {
    const kubeconfig = narrow();
    await register(kubeconfig);
    await expect(register(kubeconfig)).rejects.toThrow(/is registered already/);
    expect(await register(kubeconfig, { replace: true })).toMatchObject({ record: "replaced" });
  });
});

test("a kubeconfig in place of an account's token: what stays of that is said", async () => {
  const kubeconfig = narrow();
  scene.registered(name, "second");
  const { plan } = await register(kubeconfig, { replace: true });
  expect(plan.warnings).toMatchObject([
    { message: expect.stringMatching(/with ServiceAccount second\/ecr-pull-secrets: that stays/) },
  ]);
});

describe("a kubeconfig that may more than is needed", () => {
  test("is refused with what it could do", async () => {
    await expect(register(scene.cluster.kubeconfig())).rejects.toThrow(
      /whoever steals the record of as-is-\d+ could also\n[\s\S]*secrets[\s\S]*\nand \d+ more/,
    );
    expect(scene.record(name)).toBeUndefined();
  });

  test("is stored for somebody who accepts it, and warned of", async () => {
    const outcome = await register(scene.cluster.kubeconfig(), { acceptWider: true });
    expect(outcome).toMatchObject({ stopped: undefined, record: "created" });
    expect(outcome.plan.rights.summary).toEqual([]);
    expect(outcome.plan.warnings[0]?.message).toMatch(/^accepted, though whoever steals it/);
  });

  test("is refused, too, where only the admission policy is missing", async () => {
    const kubeconfig = narrow();
    await scene.removePolicies();
    await expect(register(kubeconfig)).rejects.toThrow(/hold another account's token/);
  });
});

describe("a kubeconfig that may less than is needed", () => {
  test("is refused with what it may not, whatever is accepted", async () => {
    const poor = scene.cluster.kubeconfig(scene.cluster.addUser(`poor-${name}`));
    await expect(register(poor, { acceptWider: true })).rejects.toThrow(
      /the kubeconfig that you brought may not\nlist namespaces/,
    );
  });
});

describe("a client certificate", () => {
  test("is stored with its end, which nothing puts off", async () => {
    const { cert, key } = await scene.cluster.clientCertificate("carol", ["system:masters"]);
    const kubeconfig = parse(scene.cluster.kubeconfig());
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    kubeconfig.users[0].user = {
      "client-certificate-data": base64(cert),
      "client-key-data": base64(key),
    };
    const outcome = await register(stringify(kubeconfig), { acceptWider: true });
    expect(outcome.stopped).toBeUndefined();
    expect(outcome.plan.warnings.at(-1)?.message).toMatch(
      /it expires at .*, and nothing renews it/,
    );
    expect(scene.record(name)?.tags["ecr-pull-secrets:credential"]).toMatch(/Z\/.*Z$/);
  });

  test("in a file is refused with the command that puts it inline", async () => {
    const kubeconfig = parse(scene.cluster.kubeconfig());
    kubeconfig.users[0].user = { "client-certificate": "/tmp/cert", "client-key": "/tmp/key" };
    const error = await register(stringify(kubeconfig)).catch((each) => each);
    expect(error).toBeInstanceOf(KubeconfigError);
    expect(error.hint).toMatch(/--flatten/);
  });
});

test("a kubeconfig that runs a program is refused, and nothing runs", async () => {
  const kubeconfig = parse(scene.cluster.kubeconfig());
  kubeconfig.users[0].user = { exec: { command: "/bin/false", apiVersion: "v1" } };
  await expect(register(stringify(kubeconfig))).rejects.toThrow(
    /runs a program, which a stored kubeconfig may not/,
  );
});
