/**
 * One pull secret in one namespace: leave it, write it, or say why it can't be written. Pure, and
 * asked again when somebody was faster than our write.
 */
import { type ReadStamps, readStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret, Owner } from "../desired.ts";
import type { SecretState } from "../ports.ts";
import { findDrift } from "./drift.ts";
import { isUnresolved, registryDue } from "./due.ts";
import { type Finding, foughtOver, othersSecret, secretBeingDeleted } from "./findings.ts";
import { foreignSecret, heldAdoption } from "./foreign-secret.ts";
import { ownership } from "./ownership.ts";
import type { Awaited } from "./restarts.ts";
import type { SecretWrite } from "./secret-write.ts";

export interface Judge {
  readonly cluster: string;
  readonly owner: Owner;
  readonly now: Date;
  /** Registries of the secret that a workload there has to roll for. */
  readonly awaited?: Awaited | undefined;
}

export type Verdict =
  | { readonly verdict: "current"; readonly stamps: ReadStamps }
  | { readonly verdict: "write"; readonly write: SecretWrite }
  | { readonly verdict: "leave"; readonly finding: Finding };

/** How often in a row we take a field back before we stop fighting over it. */
const maxRewrites = 3;

export function judgeSecret(
  secret: DesiredPullSecret,
  namespace: string,
  state: SecretState | undefined,
  judge: Judge,
): Verdict {
  if (!state) {
    return write({ secret, namespace, reason: { why: "missing" }, due: allOf(secret) });
  }
  if (state.terminating) {
    return { verdict: "leave", finding: secretBeingDeleted(secret.name, namespace) };
  }
  const existing = { state, stamps: readStamps(state.annotations) };
  const everything = { secret, namespace, existing, due: allOf(secret) };
  switch (ownership(existing.stamps.owner, judge.owner)) {
    case "foreign":
      return judgeForeign(everything);
    case "other":
      return { verdict: "leave", finding: othersSecret(secret.name, namespace, existing.stamps) };
    case "trial":
      return write({ ...everything, reason: { why: "trial-taken-over" } });
    case "ours":
      return judgeOurs({ ...everything, judge });
  }
}

/** What it holds for a registry that can't be had is unknown: replaced whole, or not at all. */
function judgeForeign(everything: Omit<Ours, "judge"> & Pick<SecretWrite, "due">): Verdict {
  const { secret, existing } = everything;
  if (!secret.adopt) {
    return { verdict: "leave", finding: foreignSecret(secret.name, existing.state) };
  }
  const unknown = secret.registries.filter(isUnresolved).map(({ key }) => key);
  return unknown.length > 0
    ? { verdict: "leave", finding: heldAdoption(secret.name, existing.state, unknown) }
    : write({ ...everything, reason: { why: "adopted" } });
}

interface Ours {
  readonly secret: DesiredPullSecret;
  readonly namespace: string;
  readonly existing: { readonly state: SecretState; readonly stamps: ReadStamps };
  readonly judge: Judge;
}

function judgeOurs({ secret, namespace, existing, judge }: Ours): Verdict {
  const { stamps } = existing;
  const base = { secret, namespace, existing, awaited: judge.awaited };
  const drift = findDrift(existing.state, secret);
  const byRegistry = dueRegistries(secret, { stamps, isFought: drift !== undefined }, judge);
  if (drift) {
    const rewrites = stamps.contention?.rewrites ?? 0;
    const fight = foughtOver(secret.name, namespace, { drift, rewrites });
    const isGivenUp = rewrites >= maxRewrites;
    // At half-life it is written all the same: giving up a fight must not let a credential die.
    if (isGivenUp && byRegistry.length === 0) {
      return { verdict: "leave", finding: fight };
    }
    const manager = drift.manager ?? "somebody";
    const contention = { manager, rewrites: Math.min(rewrites + 1, maxRewrites) };
    const reason = { why: "field-taken", drift } as const;
    return isGivenUp
      ? write({ ...base, reason, due: keysOf(byRegistry), contention, otherwise: fight })
      : write({ ...base, reason, due: allOf(secret), contention });
  }
  if (stamps.shape !== secret.shape) {
    return write({ ...base, reason: { why: "shape-changed" }, due: allOf(secret) });
  }
  const [first] = byRegistry;
  return first
    ? write({ ...base, reason: first, due: keysOf(byRegistry) })
    : { verdict: "current", stamps };
}

function dueRegistries(
  secret: DesiredPullSecret,
  { stamps, isFought }: { readonly stamps: ReadStamps; readonly isFought: boolean },
  judge: Judge,
) {
  return secret.registries.flatMap((registry) => {
    const awaited = judge.awaited?.get(registry.key);
    const isAwaited = awaited !== undefined && (awaited.early || isFought);
    const due =
      registryDue(registry, stamps.registries.get(registry.key), judge) ??
      (isAwaited ? ({ why: "awaited" } as const) : undefined);
    return due ? [{ why: "registry-due", registry: registry.key, due } as const] : [];
  });
}

function keysOf(due: readonly { readonly registry: string }[]): ReadonlySet<string> {
  return new Set(due.map(({ registry }) => registry));
}

function allOf(secret: DesiredPullSecret): ReadonlySet<string> {
  return new Set(secret.registries.map((registry) => registry.key));
}

function write(
  parts: Omit<SecretWrite, "existing" | "contention"> & Partial<SecretWrite>,
): Verdict {
  return { verdict: "write", write: { existing: undefined, contention: undefined, ...parts } };
}
