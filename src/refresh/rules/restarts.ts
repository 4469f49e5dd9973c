/**
 * Whether a workload has to roll, so that its pods start with what its pull secrets hold. Pure. It
 * compares what the pods were started for with what is there, so a sweep that ended in between is
 * made up for by the next one, and a second sweep finds nothing to do.
 */
import {
  isSameMinting,
  readRestartedFor,
  type SecretContent,
  type StartedWith,
  writeRestartedFor,
} from "../../pull-secrets/restarted-for.ts";
import type { RegistryStamp } from "../../pull-secrets/stamps.ts";
import type { WorkloadState } from "../ports.ts";
import { stampDue } from "./due.ts";

export interface Restart {
  readonly workload: WorkloadState;
  /** All that it rolls with. */
  readonly pullSecrets: readonly string[];
  /** Those of them that ask for it. */
  readonly causes: readonly RestartCause[];
  /** What its pods are started for: the note on its pod template. */
  readonly restartedFor: string;
}

export interface RestartCause {
  readonly pullSecret: string;
  readonly why:
    | "never-started-with-it"
    /** Other hosts, keys, or another source of a credential. */
    | "content-changed"
    /** What the pods hold has to be renewed, and the secret holds a newer one. */
    | "half-life";
}

/** By the names of all pull secrets that the workload rolls with; undefined: it isn't known. */
export type Contents = ReadonlyMap<string, SecretContent | undefined>;

interface Moment {
  readonly cluster: string;
  readonly now: Date;
}

export type RestartVerdict =
  | { readonly verdict: "current" }
  | { readonly verdict: "restart"; readonly restart: Restart }
  /** A new pod template would start no pod. */
  | { readonly verdict: "held"; readonly restart: Restart };

export function judgeWorkload(
  workload: WorkloadState,
  contents: Contents,
  at: Moment,
): RestartVerdict {
  const restart = workload.terminating ? undefined : judgeRestart(workload, contents, at);
  if (!restart) {
    return { verdict: "current" };
  }
  return { verdict: workload.held ? "held" : "restart", restart };
}

function judgeRestart(
  workload: WorkloadState,
  contents: Contents,
  at: Moment,
): Restart | undefined {
  const before = readRestartedFor(workload.restartedFor);
  const causes = [...contents].flatMap(([pullSecret, content]) => {
    const why = content && whyRestart(before.get(pullSecret), content, at);
    return why ? [{ pullSecret, why }] : [];
  });
  if (causes.length === 0) {
    return undefined;
  }
  const restartedFor = writeRestartedFor(notesAfter(before, contents));
  return { workload, pullSecrets: [...contents.keys()], causes, restartedFor };
}

/**
 * That somebody keeps writing the secret makes it roll at most once per half-life: a newer credential
 * of the same source waits until the one that the pods hold is at half of its life.
 */
function whyRestart(
  before: SecretContent | undefined,
  { shape, registries }: SecretContent,
  at: Moment,
): RestartCause["why"] | undefined {
  // An expired credential, or none, is no reason to stop pods that may have got hold of a better one.
  const usable = [...registries].filter(([, { expires }]) => expires === null || expires > at.now);
  if (usable.length === 0) {
    return undefined;
  }
  if (!before) {
    return "never-started-with-it";
  }
  const isOther = ([key, stamp]: Entry) => before.registries.get(key)?.source !== stamp.source;
  if (before.shape !== shape || usable.some(isOther)) {
    return "content-changed";
  }
  const isOverdue = ([key, stamp]: Entry) => {
    const held = before.registries.get(key);
    return held !== undefined && !isSameMinting(held, stamp) && stampDue(held, at) !== undefined;
  };
  return usable.some(isOverdue) ? "half-life" : undefined;
}

/** Registries whose pods have to roll for another credential of the secret. */
export type Awaited = ReadonlyMap<string, AwaitedCredential>;

export interface AwaitedCredential {
  /**
   * It was written before theirs was due: somebody fights over the secret. Pods that start with it
   * would soon have to roll again, so it is renewed first.
   */
  readonly early: boolean;
}

/** @param registries what the secret holds, by our stamps */
export function awaitedRegistries(
  workloads: readonly WorkloadState[],
  { name, registries }: { readonly name: string; readonly registries: SecretContent["registries"] },
  at: Moment,
): Awaited {
  const rolling = workloads.filter(({ held, terminating }) => !held && !terminating);
  const entries = rolling.flatMap(({ restartedFor }) => [
    ...(readRestartedFor(restartedFor).get(name)?.registries ?? []),
  ]);
  const awaited = new Map<string, AwaitedCredential>();
  for (const [key, held] of entries) {
    const stamp = registries.get(key);
    if (stamp && !isSameMinting(held, stamp) && stampDue(held, at)) {
      const early = stampDue(held, { ...at, now: stamp.issued }) === undefined;
      awaited.set(key, { early: early || awaited.get(key)?.early === true });
    }
  }
  return awaited;
}

type Entry = readonly [key: string, stamp: RegistryStamp];

/** Pods that start now get what each secret holds; of one that isn't known, nothing new is claimed. */
function notesAfter(before: StartedWith, contents: Contents): StartedWith {
  const known = [...contents].flatMap(([pullSecret, content]) => {
    return content ? [[pullSecret, content] as const] : [];
  });
  return new Map([...before, ...known]);
}
