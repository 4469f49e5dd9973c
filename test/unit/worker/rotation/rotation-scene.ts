/**
 * Rotation without wires, so that ninety days of sweeps pass in milliseconds: a record, a cluster
 * that knows until when its tokens are good, and a clock. What is swept is told by the scene; what
 * comes after the sweep is the worker's own.
 */
import { nextSteps } from "../../../../src/checks/next-steps.ts";
import type { StoredCredential } from "../../../../src/clusters/stored-credential.ts";
import { ClusterError, KubeconfigError } from "../../../../src/errors.ts";
import type { ClusterApi } from "../../../../src/refresh/ports.ts";
import type { FailureKind } from "../../../../src/refresh/report/report.ts";
import { SecretValue } from "../../../../src/secret-value.ts";
import { noteState } from "../../../../src/worker/note-state.ts";
import { lookAfterCredential } from "../../../../src/worker/rotation/look-after-credential.ts";
import type { RotationPorts } from "../../../../src/worker/rotation/ports.ts";
import type { CostedReport, Swept } from "../../../../src/worker/sweep-registered.ts";
import { unusedApi, unusedPorts } from "../../../simulation/unused-ports.ts";
import { type InStep, type RecordStep, recordInMemory } from "./record-in-memory.ts";
import { type SweepFailure, sweptReport } from "./swept-report.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
const startMs = Date.parse("2026-11-21T12:00:00Z");

export type Step = RecordStep | "token" | "proof" | "read";
export type RotationScene = ReturnType<typeof rotationScene>;

export interface SceneOptions {
  /** Of the token that the record begins with, and of what the cluster grants at the most. */
  readonly lifeMs: number;
  readonly periodMs?: number;
  readonly wantedSeconds?: number;
  /** The API server's clock, by ours; negative: it is behind. */
  readonly aheadMs?: number;
  /** In place of a ServiceAccount's token. */
  readonly credential?: StoredCredential;
}

interface Claims {
  readonly iat: number;
  readonly exp: number;
  readonly account: string;
}

export function rotationScene(options: SceneOptions) {
  const { periodMs = 10 * minuteMs, lifeMs, wantedSeconds, aheadMs = 0 } = options;
  let nowMs = startMs;
  const now = () => new Date(nowMs);
  const serverMs = () => nowMs + aheadMs;
  const seen = { tokens: 0, proofs: 0 };
  const asked: { readonly namespace: string; readonly name: string; readonly seconds: number }[] =
    [];
  /** What the world does; a test changes it. */
  const world = {
    reachable: true,
    opens: true,
    /** Of a write to one namespace. */
    writeFailure: undefined as FailureKind | undefined,
    account: "ecr-pull-secrets/ecr-pull-secrets",
    grantSeconds: (wanted: number) => Math.min(wanted, lifeMs / 1_000),
    /** In place of a step. */
    before: (_: Step) => {},
    after: (_: Step): void | Promise<void> => {},
  };
  const inStep: InStep<Step> = async (step, work) => {
    world.before(step);
    const done = await work();
    await world.after(step);
    return done;
  };
  const record = recordInMemory("eu", now, inStep);
  record.replace(issue(lifeMs));

  /** A kubeconfig is its token, and a token its claims. */
  function issue(lifetimeMs: number): string {
    const iat = serverMs();
    const claims: Claims = { iat, exp: iat + lifetimeMs, account: world.account };
    return JSON.stringify(claims);
  }

  function assertAccepts(kubeconfig: string): void {
    if (!world.reachable) throw new ClusterError("unreachable", "the cluster didn't answer");
    if (claimsOf(kubeconfig).exp <= serverMs()) throw new ClusterError("unauthorized", "401");
  }

  function apiFor(kubeconfig: string): ClusterApi {
    const listNamespaces = () =>
      inStep("read", () => {
        assertAccepts(kubeconfig);
        return [];
      });
    return { ...unusedApi, listNamespaces };
  }

  function describe(kubeconfig: SecretValue): StoredCredential {
    if (options.credential) return options.credential;
    const { iat, exp, account } = claimsOf(kubeconfig.reveal());
    const [namespace = "", name = ""] = account.split("/");
    const times = { issuedAt: new Date(iat), expiresAt: new Date(exp) };
    const wantedLifetimeSeconds = wantedSeconds;
    return { kind: "service-account-token", namespace, name, ...times, wantedLifetimeSeconds };
  }

  const rotation: RotationPorts = {
    writer: record.writer,
    kubeconfigs: { describe, withToken: (_, token) => token },
    async tryOut({ kubeconfig }, _, read) {
      seen.proofs += 1;
      await inStep("proof", () => read(apiFor(textOf(kubeconfig))));
    },
  };

  function open(text: string): Swept["opened"] {
    return {
      api: apiFor(text),
      credential: describe(new SecretValue(text)),
      stats: () => ({ requests: 0, retries: 0, connections: 0 }),
      tokens: {
        createToken: ({ namespace, name }, seconds) => {
          seen.tokens += 1;
          asked.push({ namespace, name, seconds });
          return inStep("token", () => {
            assertAccepts(text);
            return { token: new SecretValue(issue(world.grantSeconds(seconds) * 1_000)) };
          });
        },
      },
    };
  }

  const isValid = () => claimsOf(record.text()).exp > serverMs();
  function failure(): SweepFailure | undefined {
    if (!world.opens) return { kind: "kubeconfig", isSeen: false };
    if (!world.reachable) return { kind: "unreachable", isSeen: false };
    if (!isValid()) return { kind: "unauthorized", isSeen: false };
    return world.writeFailure && { kind: world.writeFailure, isSeen: true };
  }

  return {
    ...{ periodMs, world, asked, record, now, issue, isValid },
    next: nextSteps("eu", unusedPorts.owner),
    seen: () => ({ ...seen, ...record.seen }),
    passMs(ms: number) {
      nowMs += ms;
    },
    /** Of the record's present token. */
    life() {
      const { iat, exp } = claimsOf(record.text());
      return { issuedAt: new Date(iat), expiresAt: new Date(exp) };
    },
    failAt(step: Step | undefined, error?: Error) {
      world.before = (each) => {
        if (each === step) throw error;
      };
    },
    /** A sweep's end: the credential, and what is noted. @throws what a step threw that is a bug */
    async sweep({ stop = never, abort = never } = {}): Promise<CostedReport> {
      const known = record.state();
      const report = sweptReport(now(), failure());
      const opened = world.opens ? open(record.text()) : undefined;
      const swept = { report, desired: [], record: record.read(), opened };
      const rules = { schedulePeriodMs: periodMs, places: 50, maxReceiveCount: 5 };
      const used = { clusters: record.store, rotation, rules, now };
      const ports = { ...unusedPorts, ...used };
      const time = { stop, abort, shorten: () => {}, [Symbol.dispose]: () => {} };
      const cared = await lookAfterCredential(swept, { ports, time });
      return (await noteState(cared, { state: known }, ports)).report;
    },
  };
}

const never = new AbortController().signal;

function textOf(kubeconfig: SecretValue | KubeconfigError): string {
  if (kubeconfig instanceof KubeconfigError) throw kubeconfig;
  return kubeconfig.reveal();
}

let parsed = { text: "", claims: { iat: 0, exp: 0, account: "" } };

/** One text is asked for again and again. */
function claimsOf(text: string): Claims {
  if (text !== parsed.text) {
    if (!text.startsWith("{")) throw new KubeconfigError("this is no kubeconfig");
    parsed = { text, claims: JSON.parse(text) };
  }
  return parsed.claims;
}
