/**
 * Registration on the real adapters, between an AWS and an API server over sockets; started once per
 * file. Each registration has a name and a namespace of its own, so that they don't meet.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import { expect, vi } from "vitest";
import { carryOutRegistration } from "../../../src/registration/carry-out.ts";
import type { Narrator, Step } from "../../../src/registration/narrator.ts";
import type { RegistrationOutcome } from "../../../src/registration/outcome.ts";
import type { RegistrationPlan } from "../../../src/registration/plan-registration.ts";
import {
  meetCluster,
  prepareRegistration,
} from "../../../src/registration/prepare-registration.ts";
import type { RegistrationWish } from "../../../src/registration/registration-wish.ts";
import { openAdminCluster } from "../../../src/wiring/registration.ts";
import { wireStage } from "../../../src/wiring/stage.ts";
import { createHttpClient } from "../../contracts/http-client.ts";
import { startAws } from "../../fakes/aws/aws.ts";
import { startKubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { wishOf } from "./objects.ts";

export type RegistrationScene = Awaited<ReturnType<typeof startRegistrationScene>>;

export interface Run {
  /** Whose kubeconfig; default: the administrator's. */
  readonly kubeconfig?: string;
  /** Shows each step; may throw in place of it, or after it. */
  readonly around?: Around;
  /** Between the plan and the first write. */
  readonly beforeWriting?: () => unknown;
}

export type Around = <T>(title: string, work: () => Promise<T>) => Promise<T>;

const stage = "prod";

export async function startRegistrationScene(
  options: Parameters<typeof startKubernetesApi>[0] = {},
) {
  const [aws, cluster, folder] = await Promise.all([
    startAws(),
    startKubernetesApi(options),
    mkdtemp(join(tmpdir(), "ecr-pull-secrets-registration-")),
  ]);
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
  cluster.state.createNamespace("shop");
  const asked: unknown[] = [];
  aws.registerFunction(`ecr-pull-secrets-${stage}-refresh`, (event: unknown) => {
    asked.push(event);
    return { outcome: "ok" };
  });
  const wiring = wireStage({ region: aws.region, profile: undefined });
  const ports = {
    stack: wiring.stackOf(stage),
    clusters: wiring.clustersOf(stage),
    writer: wiring.writerOf(stage),
  };
  const told: unknown[] = [];
  let files = 0;
  let nowMs = Date.now();

  async function open(kubeconfig: string, wish: RegistrationWish) {
    files += 1;
    const file = join(folder, `${files}.yaml`);
    await writeFile(file, kubeconfig);
    const never = new AbortController().signal;
    const now = () => new Date(nowMs);
    const opened = await openAdminCluster({
      kubeconfig: { kubeconfig: file, env: {}, home: folder, now, terminal: undefined },
      server: undefined,
      certificateAuthority: undefined,
      stop: never,
      abort: never,
      connection: hasty,
      isEksHost: (host) => host === "127.0.0.1",
    });
    const record = { insecureTlsAllowed: false, region: aws.region, profile: undefined };
    const kubeconfigs = opened.kubeconfigsFor({ cluster: wish.cluster, ...record });
    return { opened, admin: opened.admin, kubeconfigs };
  }

  /** @throws RegistrationRefused, and what the first look throws */
  async function register(
    change: Partial<RegistrationWish>,
    run: Run = {},
  ): Promise<RegistrationOutcome> {
    const wish = wishOf(change);
    const { opened, ...adapters } = await open(run.kubeconfig ?? cluster.kubeconfig(), wish);
    await using _ = opened;
    const narrator = narratorFor(run.around ?? ((_, work) => work()));
    // Time passes only while somebody waits for it.
    const sleep = async (ms: number) => {
      nowMs += ms;
    };
    const all = { ...ports, ...adapters, narrator, now: () => new Date(nowMs), sleep };
    try {
      const facts = await meetCluster(all.admin);
      const plan = await prepareRegistration(wish, facts, { ...all, narrator: quiet });
      await run.beforeWriting?.();
      const outcome = await carryOutRegistration(plan, all);
      told.push(outcome);
      return outcome;
    } catch (error) {
      told.push(error);
      throw error;
    }
  }

  const http = createHttpClient(cluster.url, cluster.ca, cluster.admin.token);

  return {
    aws,
    cluster,
    /** As an administrator with another tool: a JSON merge patch. */
    async patch(path: string, patch: object): Promise<void> {
      const contentType = "application/merge-patch+json";
      const answer = await http.send("PATCH", `${path}?fieldManager=kubectl-edit`, {
        contentType,
        body: patch,
      });
      expect(answer.status).toBe(200);
    },
    /** What the deployed function was asked. */
    asked,
    register,
    get: async (path: string): Promise<unknown> => (await http.send("GET", path)).json,
    /** Each is asked about every request: those of earlier tests would only cost time. */
    async removePolicies(): Promise<void> {
      for (const kind of ["validatingadmissionpolicybindings", "validatingadmissionpolicies"]) {
        const path = `/apis/admissionregistration.k8s.io/v1/${kind}`;
        const { json } = await http.send("GET", path);
        const { items } = json as {
          readonly items: readonly { readonly metadata: { readonly name: string } }[];
        };
        await Promise.all(
          items.map(({ metadata }) => http.send("DELETE", `${path}/${metadata.name}`)),
        );
      }
    },
    record: (name: string) => aws.secrets.read(`ecr-pull-secrets/${stage}/clusters/${name}`),
    /** What nobody is told: a token in plans, outcomes or errors. */
    expectNothingTold() {
      // No later token can be in what was told before.
      const text = inspect(told.splice(0), whole);
      expect(text).not.toContain(cluster.admin.token);
      // Every token of a ServiceAccount begins with its header.
      expect(text).not.toContain("eyJhbGciOi");
    },
    async [Symbol.asyncDispose]() {
      vi.unstubAllEnvs();
      expect(cluster.surprises).toEqual([]);
      await Promise.all([
        aws.close(),
        http.close(),
        cluster.close(),
        rm(folder, { recursive: true, force: true }),
      ]);
    },
  };
}

/** To make it pretty takes most of the time. */
const whole = {
  depth: 30,
  maxStringLength: null,
  maxArrayLength: null,
  compact: false,
  breakLength: Number.POSITIVE_INFINITY,
};

function narratorFor(around: Around): Narrator {
  const step: Step = (title, work) => around(title, () => work(() => {}));
  return { look: step, change: step };
}

const quiet = narratorFor((_, work) => work());

/** The transport's own patience, a hundred times faster. */
export const hasty = {
  connectTimeoutMs: 1_000,
  world: {
    now: Date.now,
    random: Math.random,
    sleep: (ms: number, signal: AbortSignal) => delay(ms / 100, undefined, { signal }),
  },
};

/** `create ClusterRole`, `keep Role`: what a plan does, by verb and kind. */
export function stepsOf({ objects }: Pick<RegistrationPlan, "objects">): string[] {
  return objects.map(({ verb, object }) => `${verb} ${object.kind}`);
}
