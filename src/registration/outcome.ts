/** What came of a registration: plain data for the terminal and for JSON, however it ended. */
import type { CredentialLife } from "../clusters/record-state.ts";
import type { Proof } from "../rights/prove-rights.ts";
import type { RegistrationPlan } from "./plan-registration.ts";
import { isWrite, type ObjectStep } from "./rules/judge-object.ts";

export type RecordOutcome = "created" | "replaced" | "kept";

export interface RegistrationOutcome {
  readonly plan: RegistrationPlan;
  /** Written so far, of what the plan says. */
  readonly done: readonly ObjectStep[];
  /** Done outside the cluster, as the plan's access calls it. */
  readonly prepared: readonly string[];
  /** The credential that is stored; undefined: none, or one that doesn't expire. */
  readonly credential: CredentialLife | undefined;
  /** Of the credential that is in use. */
  readonly proofs: readonly Proof[];
  /** Undefined: it wasn't reached. */
  readonly record: RecordOutcome | undefined;
  /** The deployed function's answer; undefined: it wasn't asked, or gave none. */
  readonly sweep: unknown;
  /** Why it ended before its end. */
  readonly stopped: { readonly error: unknown } | undefined;
}

/** What a registration has left to do, for people; nothing after one that went through. */
export function leftToDo({ plan, done, record, stopped }: RegistrationOutcome): readonly string[] {
  if (stopped === undefined) {
    return [];
  }
  const written = new Set(done);
  const writes = plan.objects.filter(isWrite);
  const left = writes.filter((step) => !written.has(step)).length;
  return [
    ...(left > 0 ? [`${left} of ${writes.length} objects`] : []),
    ...(record === undefined ? [recordsLeft[plan.record.action]] : []),
    plan.wish.isLocal ? "its runner's sweep" : "the sweep",
  ];
}

const recordsLeft = {
  create: "the credential and its record",
  replace: "the new credential",
  keep: "the proof of the rights",
} as const;
