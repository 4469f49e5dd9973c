/**
 * Plan: every decision of a sweep, as a pure function of config, observation and time. What `plan`
 * prints on the command line is exactly this.
 */
import { readStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";
import { type Listing, unlisted } from "../observe/lists-by-place.ts";
import type { Observed } from "../observe/observe.ts";
import type { SecretState } from "../ports.ts";
import type { Finding } from "../rules/findings.ts";
import { type Judge, judgeSecret } from "../rules/judge-secret.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import { judgeOrphans, type SecretDeletion } from "../rules/orphans.ts";
import { ownership } from "../rules/ownership.ts";
import type { Restart } from "../rules/restarts.ts";
import type { SecretWrite } from "../rules/secret-write.ts";
import { selectNamespaces } from "../rules/select-namespaces.ts";
import { type PlannedUnlinks, planLinks, planUnlinks } from "./plan-accounts.ts";
import {
  type CurrentSecret,
  type Draft,
  newDraft,
  type Planning,
  type Refusal,
} from "./plan-draft.ts";
import { awaitedHere, planRestarts } from "./plan-restarts.ts";

export interface Plan {
  readonly writes: readonly SecretWrite[];
  /** Links that are missing. */
  readonly links: readonly AccountLink[];
  /** Links that are there. */
  readonly linked: readonly AccountLink[];
  /** Links of ours that the config has dropped. */
  readonly unlinks: readonly AccountLink[];
  readonly deletions: readonly SecretDeletion[];
  /** Workloads that would roll if all of the writes are made. */
  readonly restarts: readonly Restart[];
  readonly findings: readonly Finding[];
  /** Secrets that are as they should be. */
  readonly current: readonly CurrentSecret[];
  /** Lists that were refused: what they would have shown is unknown, and failed. */
  readonly refusals: readonly Refusal[];
  readonly namespaces: { readonly known: number; readonly selected: number };
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
  planRestarts(desired, observed, { judge, draft });
  const { selected, ...plan } = draft;
  const known = observed.namespaces?.length ?? selected.size;
  return { ...plan, namespaces: { known, selected: selected.size } };
}

function planPullSecret(secret: DesiredPullSecret, observed: Observed, { judge, draft }: Planning) {
  const { names, findings } = selectNamespaces(secret, observed.namespaces);
  draft.findings.push(...findings);
  for (const name of names) {
    draft.selected.add(name);
  }
  const listing = observed.secrets.get(secret.name) ?? unlisted;
  const doomed = findings.map(({ namespace }) => namespace);
  const owned = listing.items.filter((state) => isOurs(state, judge) && !state.terminating);
  const orphans = judgeOrphans(secret, owned, new Set([...names, ...doomed]));

  const readable = readableNamespaces(secret, { names, listing }, draft);
  const states = new Map(listing.items.map((state) => [state.namespace, state]));
  const { held, writes } = judgeEach(
    secret,
    { names: readable, states, observed },
    { judge, draft },
  );
  planLinks(secret, { held, observed }, draft);
  const unlinks = planUnlinks(secret, { held, listing, doomed: orphans.deletions }, observed);
  draft.writes.push(...writes.map((write) => remembering(unlinks, write)));
  draft.unlinks.push(...unlinks.links);
  draft.deletions.push(...orphans.deletions);
  draft.findings.push(...orphans.findings, ...unlinks.findings);
}

/** What a secret is to remember, though the config has dropped it. */
function remembering({ links, unasked }: PlannedUnlinks, write: SecretWrite): SecretWrite {
  const here = links.filter(({ account }) => account.namespace === write.namespace);
  const names = here.map(({ account }) => account.name);
  const stillLinked = [...names, ...(unasked.get(write.namespace) ?? [])];
  return stillLinked.length === 0 ? write : { ...write, stillLinked };
}

/** Where a list was refused, nothing is known and nothing is done: the refusal is the report. */
function readableNamespaces(
  secret: DesiredPullSecret,
  where: { readonly names: readonly string[]; readonly listing: Listing<SecretState> },
  draft: Draft,
): readonly string[] {
  const { refused } = where.listing;
  draft.refusals.push(...refused.map((each) => ({ pullSecret: secret.name, ...each })));
  const blind = new Set(refused.map(({ namespace }) => namespace));
  return blind.has(undefined) ? [] : where.names.filter((name) => !blind.has(name));
}

interface SeenPlaces {
  readonly names: readonly string[];
  readonly states: ReadonlyMap<string, SecretState>;
  readonly observed: Observed;
}

/** @returns what to write, and the namespaces in which the secret is ours, or will be */
function judgeEach(
  secret: DesiredPullSecret,
  { names, states, observed }: SeenPlaces,
  { judge, draft }: Planning,
): { readonly held: ReadonlySet<string>; readonly writes: readonly SecretWrite[] } {
  const held = new Set<string>();
  const writes: SecretWrite[] = [];
  for (const namespace of names) {
    const state = states.get(namespace);
    const awaited = state && awaitedHere(secret, state, { observed, judge });
    const verdict = judgeSecret(secret, namespace, state, { ...judge, awaited });
    if (verdict.verdict === "leave") {
      draft.findings.push(verdict.finding);
      continue;
    }
    held.add(namespace);
    if (verdict.verdict === "write") {
      writes.push(verdict.write);
    } else {
      draft.current.push({ pullSecret: secret.name, namespace, stamps: verdict.stamps });
    }
  }
  return { held, writes };
}

function isOurs(state: SecretState, judge: Judge): boolean {
  return ownership(readStamps(state.annotations).owner, judge.owner) === "ours";
}
