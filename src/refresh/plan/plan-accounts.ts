/** Plan what is linked to a pull secret, and what no longer is. */
import { readStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { Listing } from "../observe/lists-by-place.ts";
import { accountListings, type Observed } from "../observe/observe.ts";
import type { SecretState, ServiceAccountState } from "../ports.ts";
import { droppedBy, everyAccount, judgeUnlinks } from "../rules/dropped-accounts.ts";
import type { Finding } from "../rules/findings.ts";
import { type AccountLink, judgeAccounts } from "../rules/link-accounts.ts";
import { linkLeft, linksLeft } from "../rules/link-left.ts";
import type { SecretDeletion } from "../rules/orphans.ts";
import { rememberedIn } from "../rules/remembered-accounts.ts";
import type { Draft } from "./plan-draft.ts";

export function planLinks(
  secret: DesiredPullSecret,
  where: { readonly held: ReadonlySet<string>; readonly observed: Observed },
  draft: Draft,
): void {
  for (const { items, refused } of accountListings(secret, where.observed)) {
    draft.refusals.push(...refused.map((each) => ({ pullSecret: secret.name, ...each })));
    const { linked, missing } = judgeAccounts(secret, where.held, items);
    draft.linked.push(...linked);
    draft.links.push(...missing);
  }
}

interface SecretPlaces {
  /** Namespaces in which the secret is ours, or will be. */
  readonly held: ReadonlySet<string>;
  readonly listing: Listing<SecretState>;
  readonly doomed: readonly SecretDeletion[];
}

export interface PlannedUnlinks {
  readonly links: readonly AccountLink[];
  /** By namespace, dropped names that this sweep didn't look at: there were too many. */
  readonly unasked: ReadonlyMap<string, readonly string[]>;
  readonly findings: readonly Finding[];
}

export function planUnlinks(
  secret: DesiredPullSecret,
  where: SecretPlaces,
  observed: Observed,
): PlannedUnlinks {
  const doomed = new Set(where.doomed.map(({ namespace }) => namespace));
  const states = where.listing.items
    .filter(({ namespace }) => where.held.has(namespace) || doomed.has(namespace))
    .map(({ namespace, annotations }) => ({ namespace, stamps: readStamps(annotations) }));
  const dropped = states.map(({ namespace, stamps }) => {
    return { namespace, names: droppedBy(secret, stamps) };
  });
  if (doomed.size === 0 && dropped.every(({ names }) => names.length === 0)) {
    return { links: [], unasked: new Map(), findings: [] };
  }
  const remembered = new Map(
    states.map(({ namespace, stamps }) => [namespace, rememberedIn(stamps) ?? []]),
  );
  return {
    links: judgeUnlinks(secret, { remembered, doomed }, accountsSeen(observed)),
    unasked: new Map(
      dropped.map(({ namespace, names }) => [
        namespace,
        names.filter((name) => !isAskedFor(observed, name)),
      ]),
    ),
    findings: dropped.flatMap(({ namespace, names }) =>
      names
        .filter((name) => isUnseen(observed, namespace, name))
        .map((name) =>
          name === everyAccount
            ? linksLeft(secret.name, namespace)
            : linkLeft(secret.name, { namespace, name }),
        ),
    ),
  };
}

function accountsSeen({ serviceAccounts, droppedAccounts }: Observed): ServiceAccountState[] {
  const lists = [...serviceAccounts.values(), ...droppedAccounts.values()];
  const accounts = lists.flatMap(({ items }) => items);
  return [...new Map(accounts.map((each) => [`${each.namespace}/${each.name}`, each])).values()];
}

function isAskedFor({ serviceAccounts, droppedAccounts }: Observed, name: string): boolean {
  return [serviceAccounts, droppedAccounts].some(
    (lists) => lists.has(name) || lists.has(everyAccount),
  );
}

/** The rights to it may have been taken from us together with the wish. */
function isUnseen({ droppedAccounts }: Observed, namespace: string, name: string): boolean {
  const { refused } = droppedAccounts.get(name) ?? droppedAccounts.get(everyAccount) ?? noLists;
  return refused.some((each) => each.namespace === undefined || each.namespace === namespace);
}

const noLists = { refused: [] };
