/**
 * Report: what a sweep did, found and failed to do. Plain data, the same for the terminal, the log
 * line and the answer of the deployed function. It holds names and times, never a credential.
 */
import type { ClusterErrorKind } from "../../errors.ts";
import type { StopReason } from "../ports.ts";
import type { Expiries } from "../rules/expiries.ts";
import type { Notice } from "../rules/findings.ts";

export interface SweepReport extends Expiries {
  readonly cluster: string;
  /** `<account>/<region>/<stage>` */
  readonly owner: string;
  /** Failed if anything failed, after everything was tried. */
  readonly outcome: "ok" | "failed";
  /** RFC 3339 */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly namespaces: { readonly known: number; readonly selected: number };
  readonly counts: SweepCounts;
  readonly secrets: readonly SecretLine[];
  readonly links: readonly LinkLine[];
  /** Links that the config has dropped, or whose secret went. */
  readonly unlinks: readonly LinkLine[];
  readonly deletions: readonly { readonly namespace: string; readonly pullSecret: string }[];
  readonly restarts: readonly RestartLine[];
  readonly failures: readonly Failure[];
  readonly notices: readonly Notice[];
}

export interface SweepCounts {
  readonly current: number;
  readonly created: number;
  readonly renewed: number;
  readonly adopted: number;
  readonly restored: number;
  readonly linked: number;
  readonly unlinked: number;
  readonly deleted: number;
  /** Workloads that were made to roll. */
  readonly restarted: number;
  /** Secrets that aren't as the config asks. */
  readonly failed: number;
  /** Registry credentials that were asked for; one token may serve many. */
  readonly minted: number;
}

export type SecretResult = "current" | "created" | "renewed" | "adopted" | "restored" | "failed";

export interface SecretLine {
  readonly namespace: string;
  readonly pullSecret: string;
  readonly result: SecretResult;
  readonly reason: string;
  /** Keys of registries that it was written without, since they gave no credential. */
  readonly without?: readonly string[];
  /** RFC 3339, or null: it doesn't expire, or isn't known. */
  readonly expiresAt: string | null;
}

export interface LinkLine {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pullSecret: string;
}

export interface RestartLine {
  readonly namespace: string;
  /** `deployment/docker-registry` */
  readonly workload: string;
  /** Those that asked for it. */
  readonly pullSecrets: readonly string[];
  readonly reason: string;
}

export type FailureKind =
  | ClusterErrorKind
  | StopReason
  | "mint"
  | "conflict"
  | "contention"
  /** The cluster's record can't be read, or what it holds can't be used. */
  | "store"
  | "kubeconfig"
  /** The credential in it is about to end, and nothing has renewed it. */
  | "credential";

/** One cause, and everything that it hit. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint: string | undefined;
  readonly pullSecret: string | undefined;
  readonly registry: string | undefined;
  readonly namespaces: readonly string[];
}
