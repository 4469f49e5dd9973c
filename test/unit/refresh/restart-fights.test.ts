/**
 * Restarts over many days, as chance has it: sweeps that end after any request, somebody who fights
 * over the secret, sweeps that don't come, and clocks that jump. Same numbers at each run.
 */
import { expect, test } from "vitest";
import { createClusterConnection } from "../../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import type { RegistryCredential } from "../../../src/refresh/credential.ts";
import type { ClusterApi, CredentialSource } from "../../../src/refresh/ports.ts";
import { refreshCluster } from "../../../src/refresh/refresh-cluster.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { chances } from "../../fakes/chances.ts";
import { startKubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { ecr, owner, pullSecret } from "./builders.ts";
import { generationOf, makeWorkload } from "./workload-scene.ts";

const minuteMs = 60_000;
const lifeMs = 12 * 60 * minuteMs;
const halfLifeMs = 0.45 * lifeMs;
const latestDueMs = 0.5 * lifeMs;
/** Stamps are in whole seconds. */
const roundingMs = 1_000;
const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

const roles = [undefined, "arn:aws:iam::123456789012:role/pull"];
const wanted = roles.map((roleArn) =>
  pullSecret({
    namespaces: { include: ["proxy"], exclude: [], selector: undefined },
    registries: [ecr("us-east-1", { roleArn, accounts: ["123456789012"] })],
    restart: [{ kind: "deployment", name: "docker-registry" }],
  }),
);

class Crash extends Error {}

/** The same API, for a process that ends with one of its calls: before it, or after it was made. */
function endingAt(api: ClusterApi, calls: number, isMade: boolean): ClusterApi {
  let left = calls;
  return new Proxy(api, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      return async (...args: unknown[]) => {
        left -= 1;
        if (left < 0 || (left === 0 && !isMade)) throw new Crash();
        const answer: unknown =
          typeof method === "function" ? await Reflect.apply(method, target, args) : undefined;
        if (left === 0) throw new Crash();
        return answer;
      };
    },
  });
}

interface Minted {
  readonly id: string;
  readonly issuedMs: number;
  readonly source: string;
}

function minter(now: () => Date) {
  const minted = new Map<string, Minted>();
  const credentials: CredentialSource = {
    currentVersion: async () => undefined,
    covers: (_, found) => found === host,
    mint: async ({ source }): Promise<RegistryCredential> => {
      const issuedAt = now();
      const id = `token-${minted.size + 1}`;
      minted.set(id, { id, issuedMs: issuedAt.getTime(), source });
      const expiresAt = new Date(issuedAt.getTime() + lifeMs);
      const password = new SecretValue(id);
      return { kind: "login", username: "AWS", password, hosts: [host], issuedAt, expiresAt };
    },
  };
  return { minted, credentials };
}

type Kubernetes = Awaited<ReturnType<typeof startKubernetesApi>>;

function tokenIn({ state }: Kubernetes): string {
  const content = state.secretData("proxy", "ecr-pull")?.[".dockerconfigjson"] ?? "{}";
  return JSON.parse(content).auths?.[host]?.password ?? "nothing";
}

function connect(cluster: Kubernetes) {
  const user = cluster.addUser("sweeper");
  cluster.state.grant("sweeper", [
    { resources: ["secrets"], verbs: ["list", "get", "create", "patch"] },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list", "patch"] },
  ]);
  const source = "the stored kubeconfig";
  const { endpoint, authentication } = parseUntrustedKubeconfig(cluster.kubeconfig(user), {
    source,
    insecureTlsAllowed: false,
    now: new Date(),
  });
  if (authentication.kind !== "static") throw new Error("expected a token");
  const { credential } = authentication;
  return createClusterConnection({ ...endpoint, credential: async () => credential });
}

interface Rolled {
  readonly pods: Minted;
  readonly atMs: number;
}

test.each([5, 26, 40])(
  "a workload rolls once per half-life and misses none, whatever happens (%i)",
  { timeout: 60_000 },
  async (seed) => {
    const chance = chances(seed * 7_919);
    const cluster = await startKubernetesApi({ http2: true });
    cluster.state.createNamespace("proxy");
    makeWorkload({ cluster }, "proxy");
    const connection = connect(cluster);
    let nowMs = Date.parse("2026-11-21T12:00:00Z");
    let latestMs = nowMs;
    const now = () => new Date(nowMs);
    const { minted, credentials } = minter(now);
    const never = new AbortController().signal;
    const progress = { minted: () => {}, applied: () => {} };
    let [desired] = wanted;
    let last: Rolled | undefined;
    let [isClockTrusted, isFighting] = [true, false];
    const happened = { rolls: 0, crashes: 0, edits: 0, quiet: 0 };

    async function sweep(api: ClusterApi): Promise<boolean> {
      const ports = { api, credentials, now, stop: never, progress };
      try {
        if (!desired) throw new Error("nothing is wanted");
        await refreshCluster({ cluster: "prod-eu", owner, desired: [desired] }, ports);
        return true;
      } catch (error) {
        if (error instanceof Crash) return false;
        throw error;
      }
    }

    function pass(): void {
      const luck = chance();
      if (luck < 0.005) {
        nowMs -= 120 * minuteMs;
        isClockTrusted = false;
        latestMs = nowMs;
      } else if (luck < 0.05 && nowMs === latestMs) {
        nowMs -= 4 * minuteMs;
      } else {
        nowMs += (luck < 0.15 ? 20 + 160 * chance() : 10) * minuteMs;
      }
      latestMs = Math.max(latestMs, nowMs);
    }

    function change(): void {
      isFighting = chance() < 0.15 ? !isFighting : isFighting;
      if (chance() < 0.01) desired = wanted[desired === wanted[0] ? 1 : 0];
    }

    function fight(): void {
      if (!isFighting || chance() < 0.3 || tokenIn(cluster) === "nothing") return;
      happened.edits += 1;
      const data = { ".dockerconfigjson": Buffer.from("{}").toString("base64") };
      cluster.state.editSecret("proxy", "ecr-pull", { data }, "other-tool");
    }

    function noteRoll(generation: number): void {
      const rolls = generationOf({ cluster }, "proxy") - generation;
      expect(rolls).toBeLessThanOrEqual(1);
      if (rolls === 0) return;
      happened.rolls += 1;
      const pods = minted.get(tokenIn(cluster));
      if (!pods) throw new Error("the pods start with what nobody has minted");
      if (last && isClockTrusted && last.pods.source === pods.source) {
        expect(pods.issuedMs - last.pods.issuedMs).toBeGreaterThan(halfLifeMs - roundingMs);
        const delayMs = last.atMs - last.pods.issuedMs;
        expect(nowMs - last.atMs + delayMs).toBeGreaterThan(halfLifeMs - roundingMs);
      }
      last = { pods, atMs: nowMs };
      isClockTrusted = true;
    }

    for (let step = 0; step < 200; step += 1) {
      pass();
      change();
      fight();
      const generation = generationOf({ cluster }, "proxy");
      const api = connection.api(never);
      const ends = chance() < 0.25;
      const isWhole = await sweep(
        ends ? endingAt(api, 1 + Math.floor(4 * chance()), chance() < 0.5) : api,
      );
      noteRoll(generation);
      happened.crashes += isWhole ? 0 : 1;
      if (isWhole) {
        happened.quiet += 1;
        const { pods } = last ?? {};
        const isSame = pods?.id === tokenIn(cluster);
        expect(isSame || nowMs - (pods?.issuedMs ?? 0) < latestDueMs, `step ${step}`).toBe(true);
      }
    }
    await connection.close();
    await cluster.close();
    expect(happened.rolls).toBeGreaterThan(4);
    expect(happened.crashes).toBeGreaterThan(10);
    expect(happened.edits).toBeGreaterThan(5);
  },
);
