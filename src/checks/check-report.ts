import type { PullPolicy } from "../registries/pull-policies.ts";

/** What a diagnosis found: one line per check, the same for the terminal and for JSON. */
export interface CheckReport {
  readonly cluster: string;
  /** `<account>/<region>/<stage>` */
  readonly owner: string;
  /** RFC 3339 */
  readonly at: string;
  /** Failed if any check failed; a warning is no failure. */
  readonly outcome: "ok" | "failed";
  readonly checks: readonly CheckResult[];
}

export type CheckGroup =
  | "record"
  | "network"
  | "credential"
  | "rights"
  | "registries"
  | "sweep"
  | "stack";

export interface CheckResult {
  readonly group: CheckGroup;
  /** What was looked at, as a sentence that is true if it went well: `the record can be read`. */
  readonly check: string;
  readonly result: "ok" | "warning" | "failed" | "skipped";
  /** What was found; for a skipped check, what it waits for. */
  readonly message?: string;
  /** The next command or step. */
  readonly hint?: string;
  /** Of an image that AWS refuses: what would allow it. */
  readonly policies?: readonly PullPolicy[];
}
