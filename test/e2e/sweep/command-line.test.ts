/** The command line as people type it: an admin's kubeconfig, AWS credentials, nothing deployed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createNamespaces, loginsIn, readAccounts, readSecret, readSecrets } from "./contents.ts";
import { type Scene, startScene } from "./scene.ts";

const repository = join(import.meta.dirname, "..", "..", "..");
const namespaces = ["shop", "team-a", "team-b"];
const everywhere = ["default", ...namespaces];

let scene: Scene;
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-home-"));
  scene = await startScene({ name: "kind-kind", audit: true, controllerManager: true });
  const specs = namespaces.map((name) => ({ name }));
  await createNamespaces(scene.cluster.kubectl, specs, { accounts: true });
});
afterAll(async () => {
  await scene?.stop();
  await rm(home, { recursive: true, force: true });
});

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without a terminal, in an environment that holds only what is named here. */
async function type(command: string, ...args: string[]): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: repository,
    env: {
      ...scene.aws.env,
      PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: home,
      KUBECONFIG: scene.cluster.adminKubeconfigPath,
      COLUMNS: "120",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

const ecrPullSecrets = (...args: string[]) => type("node", "src/cli/main.ts", ...args);

/** What a command asked of the API server, and which of it wasn't just reading. */
async function requestsOf(command: () => Promise<Finished>) {
  let finished: Finished | undefined;
  const events = await scene.cluster.audit.eventsDuring(async () => {
    finished = await command();
  });
  const ours = events.filter(({ userAgent }) => userAgent.startsWith("ecr-pull-secrets"));
  expect(ours).not.toEqual([]);
  return { ...finished, writes: ours.filter(({ verb }) => verb !== "list" && verb !== "get") };
}

describe("refresh --local --context, with an admin's kubeconfig", () => {
  const kubeconfig = () => ["--kubeconfig", scene.cluster.adminKubeconfigPath];
  const target = () => ["--local", "--context", "kind-kind", ...kubeconfig()];
  const refresh = (...more: string[]) =>
    ecrPullSecrets("refresh", ...target(), "--region", "us-east-1", ...more);

  test("shows with --dry-run what it would do, and changes nothing", async () => {
    const { code, stdout, writes } = await requestsOf(() => refresh("--dry-run"));

    expect(code).toBe(0);
    expect(stdout).toContain("create ecr-pull in 4 namespaces");
    for (const namespace of everywhere) expect(stdout).toContain(namespace);
    expect(writes).toEqual([]);
    expect((await readSecrets(scene.cluster.kubectl)).size).toBe(0);
    expect(scene.aws.tokenRequests()).toBe(0);
  });

  test("plan prints the same as JSON", async () => {
    const args = ["plan", ...target(), "--region", "us-east-1", "--output", "json"];
    const { code, stdout, writes } = await requestsOf(() => ecrPullSecrets(...args));

    expect(code).toBe(0);
    const plan = z.object({ owner: z.string(), changes: z.array(z.unknown()) });
    const { owner, changes } = plan.parse(JSON.parse(stdout ?? ""));
    expect(owner).toBe("000000000000/us-east-1/local");
    expect(changes).toEqual(
      everywhere.map((namespace) => ({
        change: "create",
        namespace,
        pullSecret: "ecr-pull",
        reason: "missing",
      })),
    );
    expect(writes).toEqual([]);
  });

  test("asks for --yes where there is no terminal, and changes nothing", async () => {
    const { code, stdout, stderr } = await refresh();

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--yes");
    expect((await readSecrets(scene.cluster.kubectl)).size).toBe(0);
  });

  test("puts a pull secret into each namespace, and shows each", async () => {
    const { code, stdout, stderr } = await refresh("--yes");

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("✖") });
    for (const namespace of everywhere) {
      expect(stdout).toMatch(new RegExp(`^${namespace} +ecr-pull +✔ created +in 11 h 59 min`, "m"));
    }
    expect(stdout).toMatch(/✔ kind-kind: 4 created, 0 up to date/);
    const secrets = await readSecrets(scene.cluster.kubectl);
    expect([...secrets.keys()].sort()).toEqual(everywhere);
    const [token] = scene.aws.tokens;
    for (const secret of secrets.values()) {
      const login = expect.objectContaining({ password: token?.password });
      expect(loginsIn(secret)).toEqual({ "000000000000.dkr.ecr.us-east-1.amazonaws.com": login });
    }
    expect(token?.password).toMatch(/.{20}/);
    expect(stdout + stderr).not.toContain(token?.password);
  });

  test("says the second time that all is up to date, and writes nothing", async () => {
    const tokenRequests = scene.aws.tokenRequests();
    const { code, stdout, writes } = await requestsOf(() => refresh("--yes"));

    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ kind-kind: 4 up to date/);
    expect(writes).toEqual([]);
    expect(scene.aws.tokenRequests()).toBe(tokenRequests);
  });

  test("links accounts by flag alone", async () => {
    const flags = ["--namespaces", "team-*", "--service-account", "default"];
    const { code, stdout } = await refresh("--yes", ...flags);

    expect(code).toBe(0);
    expect(stdout).toContain("2 service accounts linked");
    const accounts = [...(await readAccounts(scene.cluster.kubectl)).values()];
    const linked = accounts.filter(({ imagePullSecrets }) => imagePullSecrets.length > 0);
    expect(linked.map(({ metadata }) => metadata.namespace).sort()).toEqual(["team-a", "team-b"]);
  });

  test("fails for a context that isn't there, and names those that are", async () => {
    const args = ["refresh", "--local", "--context", "kind-kidn", ...kubeconfig(), "--yes"];
    const { code, stdout, stderr } = await ecrPullSecrets(...args, "--region", "us-east-1");

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('has no context "kind-kidn"; it has "kind-kind"');
  });

  test("fails for a user without rights, and tells where", async () => {
    const file = join(home, "jane.yaml");
    await writeFile(file, await scene.cluster.userKubeconfig("jane"), { mode: 0o600 });
    const args = ["refresh", "--local", "--kubeconfig", file, "--yes", "--region", "us-east-1"];

    const { code, stderr } = await ecrPullSecrets(...args);

    expect(code).toBe(1);
    expect(stderr).toContain('cannot list resource "namespaces"');
  });

  test("works as npx ecr-pull-secrets from a clone, with $KUBECONFIG and $AWS_REGION", async () => {
    const { code, stdout, stderr } = await type(
      "npx",
      "ecr-pull-secrets",
      ...["refresh", "--local", "--context", "kind-kind", "--yes", "--output", "json"],
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("✖") });
    const report = z.looseObject({ outcome: z.string(), counts: z.looseObject({}) });
    expect(report.parse(JSON.parse(stdout))).toMatchObject({
      outcome: "ok",
      counts: { current: 4 },
    });
  });

  test("leaves secrets that a deployed stage takes over in place", async () => {
    const before = await readSecret(scene.cluster.kubectl, "shop");
    const prod = await scene.deploy("prod");

    const report = await prod.sweep([{ namespaces: { include: ["*"], exclude: ["kube-*"] } }]);

    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 4 } });
    const after = await readSecret(scene.cluster.kubectl, "shop");
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.annotations["ecr-pull-secrets/owner"]).toBe(prod.owner);
  });
});
