/** An API server that closes connections, restarts, or no longer knows us. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createNamespaces, loginsIn, numbered, readSecrets } from "./contents.ts";
import type { SweepResult } from "./deployment.ts";
import { type Scene, startScene } from "./scene.ts";

const host = "000000000000.dkr.ecr.us-east-1.amazonaws.com";

const named = (names: readonly string[]) => names.map((name) => ({ name }));

async function passwordsIn(scene: Scene, namespaces: readonly string[]) {
  const secrets = await readSecrets(scene.cluster.kubectl);
  return namespaces.map((namespace) => {
    const secret = secrets.get(namespace);
    return secret && loginsIn(secret)[host]?.password;
  });
}

describe("with GOAWAY as often as an API server can be told to send it", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene({ goawayChance: 0.02 });
  });
  afterAll(() => scene?.stop());

  test("ten sweeps of 120 secrets, all due, lose nothing", async () => {
    const namespaces = numbered("web", 60);
    await createNamespaces(scene.cluster.kubectl, named(namespaces));
    const secrets = ["ecr-pull", "ecr-extra"];
    const prod = await scene.deploy("prod", { secrets });
    // More writes than are in flight at once: some are still to be sent when a connection ends.
    const pullSecrets = secrets.map((name) => ({ name, namespaces: "web-*" }));
    let connections = 0;
    for (let round = 1; round <= 10; round += 1) {
      const report = await prod.sweep(pullSecrets);

      const { created, renewed, failed } = report.counts;
      expect({ round, written: created + renewed, failed }).toEqual({
        round,
        written: 120,
        failed: 0,
      });
      expect(report.failures).toEqual([]);
      connections += report.connection.connections;
      scene.clock.passHalfLife();
    }

    // Each sweep begins with a connection of its own.
    expect(connections).toBeGreaterThan(10);
    const newest = scene.aws.tokens.at(-1)?.password;
    const passwords = await passwordsIn(scene, namespaces);
    expect(new Set(passwords)).toEqual(new Set([newest]));
  });
});

describe("in mid-sweep", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "a restart of the API server by %s is reported truly, and the next sweep does what is left",
    async (signal) => {
      const prefix = signal.toLowerCase();
      const namespaces = numbered(prefix, 150);
      const pullSecret = { namespaces: `${prefix}-*` };
      await createNamespaces(scene.cluster.kubectl, named(namespaces));
      const prod = await scene.deploy(prefix);
      let restart: Promise<void> | undefined;

      const report = await prod.sweep([pullSecret], {
        afterWrites: 50,
        happens: async () => {
          restart = scene.cluster.restartApiServer(signal);
        },
      });

      await restart;
      expect(restart).toBeDefined();
      await expectTrueReport(report, namespaces);
      const second = await prod.sweep([pullSecret]);
      expect(second).toMatchObject({ outcome: "ok", failures: [] });
      expect(second.counts.current + second.counts.created).toBe(150);
      const third = await prod.sweep([pullSecret]);
      expect(third.counts).toMatchObject({ current: 150, created: 0, renewed: 0, restored: 0 });
      const minted = scene.aws.tokens.map(({ password }) => password);
      for (const password of await passwordsIn(scene, namespaces)) {
        expect(minted).toContain(password);
      }
    },
  );

  test("a token that is revoked in mid-sweep ends it: the rest isn't begun", async () => {
    const { kubectl } = scene.cluster;
    await createNamespaces(kubectl, named(numbered("revoked", 150)));
    const prod = await scene.deploy("revoked", { namespace: "revoked" });
    const isRefused = async () => {
      const asked = kubectl(["get", "--raw", "/version"], { kubeconfig: prod.kubeconfig });
      return await asked.then(
        () => false,
        (error) => String(error).includes("Unauthorized"),
      );
    };

    const report = await prod.sweep([{ namespaces: "revoked-*" }], {
      afterWrites: 20,
      happens: async () => {
        await kubectl(["delete", "serviceaccount", "ecr-pull-secrets", "--namespace=revoked"]);
        // An API server believes a token for 10 seconds without looking.
        await vi.waitUntil(isRefused, { timeout: 30_000, interval: 200 });
      },
    });

    expect(report).toMatchObject({
      outcome: "failed",
      counts: { created: 20, failed: 130 },
      failures: [{ kind: "unauthorized" }],
    });
    expect(report.failures[0]?.namespaces).toHaveLength(130);
    // Two lists, the secrets that were written, and those that were in flight then.
    expect(report.connection.requests).toBeLessThanOrEqual(2 + 20 + 100);
    const there = [...(await readSecrets(kubectl)).keys()];
    expect(there.filter((namespace) => namespace.startsWith("revoked-"))).toHaveLength(20);
  });

  /** What it calls written is there, and what isn't there it calls failed. */
  async function expectTrueReport(report: SweepResult, namespaces: readonly string[]) {
    expect(report.secrets.map(({ namespace }) => namespace)).toEqual(namespaces.toSorted());
    const there = await readSecrets(scene.cluster.kubectl);
    const missing = namespaces.filter((namespace) => !there.has(namespace));
    const failed = report.secrets.filter(({ result }) => result === "failed");
    expect(failed.map(({ namespace }) => namespace)).toEqual(expect.arrayContaining(missing));
    expect(report.outcome).toBe(failed.length > 0 ? "failed" : "ok");
    expect(report.counts.created + failed.length).toBe(namespaces.length);
  }
});
