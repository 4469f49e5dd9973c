/**
 * Plan: every decision of a sweep, as a pure function of config, observation and time. What `plan`
 * prints on the command line is exactly this.
 */
import { type ReadStamps, readStamps } from "../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "./desired.ts";
import {
  accountListings,
  type Listing,
  type Observed,
  type RefusedList,
  unlisted,
} from "./observe.ts";
import type { SecretState } from "./ports.ts";
import type { Finding } from "./rules/findings.ts";
import { type Judge, judgeSecret, type SecretWrite } from "./rules/judge-secret.ts";
import { type AccountLink, judgeAccounts } from "./rules/link-accounts.ts";
import { judgeOrphans, type SecretDeletion } from "./rules/orphans.ts";
import { ownership } from "./rules/ownership.ts";
import { selectNamespaces } from "./rules/select-namespaces.ts";

export interface Plan {
  readonly writes: readonly SecretWrite[];
  /** Links that are missing. */
  readonly links: readonly AccountLink[];
  /** Links that are there. */
  readonly linked: readonly AccountLink[];
  readonly deletions: readonly SecretDeletion[];
  readonly findings: readonly Finding[];
  /** Secrets that are as they should be. */
  readonly current: readonly CurrentSecret[];
  /** Lists that were refused: what they would have shown is unknown, and failed. */
  readonly refusals: readonly Refusal[];
  readonly namespaces: { readonly known: number; readonly selected: number };
}

export interface CurrentSecret {
  readonly pullSecret: string;
  readonly namespace: string;
  readonly stamps: ReadStamps;
}

export interface Refusal extends RefusedList {
  readonly pullSecret: string;
}

export function planSweep(
  desired: readonly DesiredPullSecret[],
  observed: Observed,
  judge: Judge,
): Plan {
  const draft = newDraft();
  for (const secret of desired) {
    planPullSecret(secret, observed, { judge, draft });
  }
  const { selected, ...plan } = draft;
  const known = observed.namespaces?.length ?? selected.size;
  return { ...plan, namespaces: { known, selected: selected.size } };
}

interface Planning {
  readonly judge: Judge;
  readonly draft: ReturnType<typeof newDraft>;
}

function planPullSecret(secret: DesiredPullSecret, observed: Observed, { judge, draft }: Planning) {
  const { names, findings } = selectNamespaces(secret, observed.namespaces);
  draft.findings.push(...findings);
  for (const name of names) {
    draft.selected.add(name);
  }
  const listing = observed.secrets.get(secret.name) ?? unlisted;
  const readable = readableNamespaces(secret, { names, listing }, draft);
  const held = judgeEach(secret, { names: readable, states: listing.items }, { judge, draft });
  planLinks(secret, { held, observed }, draft);

  const doomed = findings.map(({ namespace }) => namespace);
  const owned = listing.items.filter((state) => isOurs(state, judge) && !state.terminating);
  const orphans = judgeOrphans(secret, owned, new Set([...names, ...doomed]));
  draft.deletions.push(...orphans.deletions);
  draft.findings.push(...orphans.findings);
}

/** Where a list was refused, nothing is known and nothing is done: the refusal is the report. */
function readableNamespaces(
  secret: DesiredPullSecret,
  where: { readonly names: readonly string[]; readonly listing: Listing<SecretState> },
  draft: Planning["draft"],
): readonly string[] {
  const { refused } = where.listing;
  draft.refusals.push(...refused.map((each) => ({ pullSecret: secret.name, ...each })));
  const blind = new Set(refused.map(({ namespace }) => namespace));
  return blind.has(undefined) ? [] : where.names.filter((name) => !blind.has(name));
}

/** @returns the namespaces in which the secret is ours, or will be */
function judgeEach(
  secret: DesiredPullSecret,
  where: { readonly names: readonly string[]; readonly states: readonly SecretState[] },
  { judge, draft }: Planning,
): ReadonlySet<string> {
  const byNamespace = new Map(where.states.map((state) => [state.namespace, state]));
  const held = new Set<string>();
  for (const namespace of where.names) {
    const verdict = judgeSecret(secret, namespace, byNamespace.get(namespace), judge);
    if (verdict.verdict === "leave") {
      draft.findings.push(verdict.finding);
      continue;
    }
    held.add(namespace);
    if (verdict.verdict === "write") {
      draft.writes.push(verdict.write);
    } else {
      draft.current.push({ pullSecret: secret.name, namespace, stamps: verdict.stamps });
    }
  }
  return held;
}

function planLinks(
  secret: DesiredPullSecret,
  where: { readonly held: ReadonlySet<string>; readonly observed: Observed },
  draft: Planning["draft"],
) {
  for (const { items, refused } of accountListings(secret, where.observed)) {
    draft.refusals.push(...refused.map((each) => ({ pullSecret: secret.name, ...each })));
    const { linked, missing } = judgeAccounts(secret, where.held, items);
    draft.linked.push(...linked);
    draft.links.push(...missing);
  }
}

function isOurs(state: SecretState, judge: Judge): boolean {
  return ownership(readStamps(state.annotations).owner, judge.owner) === "ours";
}

function newDraft() {
  return {
    writes: [] as SecretWrite[],
    links: [] as AccountLink[],
    linked: [] as AccountLink[],
    deletions: [] as SecretDeletion[],
    findings: [] as Finding[],
    current: [] as CurrentSecret[],
    refusals: [] as Refusal[],
    selected: new Set<string>(),
  };
}
