/** Tries the new credential before it is stored: what it must be able to do, and what it must not. */
import { ClusterError, UserError } from "../../errors.ts";
import { observe } from "../../refresh/observe/observe.ts";
import type { ClusterApi, NamespaceState } from "../../refresh/ports.ts";
import type { RightsApi } from "../../rights/access.ts";
import { attemptsOf } from "../../rights/attempts.ts";
import { existingIn } from "../../rights/candidates.ts";
import { accountUser } from "../../rights/names.ts";
import { type Proof, proveRights } from "../../rights/prove-rights.ts";
import type { Rights, Subject } from "../../rights/rights.ts";
import { type RegistrationWish, rightsWish } from "../registration-wish.ts";
import type { HolderView } from "./stored-kubeconfigs.ts";
import { type WantedWrite, wantedWrites } from "./wanted-writes.ts";

export interface ProofTime {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** RBAC is in effect at once on one API server; on several, and for policies, it takes seconds. */
const patienceMs = 30_000;
const pauseMs = 1_000;

/** The credential isn't what it should be: a new one isn't stored. */
export class NotProven extends UserError {
  override readonly name = "NotProven";
  readonly proofs: readonly Proof[];

  constructor(proofs: readonly Proof[], subject: Subject) {
    super(describeFailure(proofs), { hint: nextStep(proofs, subject) });
    this.proofs = proofs;
  }
}

export interface Claimed {
  readonly rights: Rights;
  readonly wish: RegistrationWish;
  /** Undefined: nobody may list them. */
  readonly namespaces: readonly NamespaceState[] | undefined;
}

/** @throws NotProven, ClusterError */
export async function proveAccess(
  claimed: Claimed,
  view: HolderView,
  { now, sleep }: ProofTime,
): Promise<readonly Proof[]> {
  const giveUpAt = now().getTime() + patienceMs;
  for (;;) {
    const isLast = now().getTime() >= giveUpAt;
    const proofs = await tryOnce(claimed, view, isLast);
    if (proofs?.every(({ ok }) => ok)) {
      return proofs;
    }
    if (isLast && proofs) {
      throw new NotProven(proofs, claimed.wish.access.subject);
    }
    await sleep(pauseMs);
  }
}

/** Undefined: the API server doesn't know the account yet; its caches are seconds behind. */
async function tryOnce(
  { rights, wish, namespaces }: Claimed,
  { rights: api, cluster }: HolderView,
  isLast: boolean,
): Promise<readonly Proof[] | undefined> {
  try {
    const existing = await existingOf(wish, cluster);
    const all = attemptsOf(rightsWish(wish), namespaces, existing);
    const attempts = all.filter(({ needsPolicy }) => wish.withPolicy || !needsPolicy);
    const proofs = await proveRights({ rights, attempts }, api);
    const writes = await tryWrites(wantedWrites(wish, namespaces, existing), api);
    return [...proofs, ...writes];
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "unauthorized" && !isLast) {
      return undefined;
    }
    throw error;
  }
}

async function tryWrites(writes: readonly WantedWrite[], api: RightsApi): Promise<Proof[]> {
  return await Promise.all(
    writes.map(async ({ what, attempt }) => {
      const answer = await api.attempt(attempt);
      const message = answer.outcome === "allowed" ? {} : { message: answer.message };
      // A webhook of somebody else's, or an object that comes and goes: nothing of ours refuses.
      const ok = answer.outcome !== "refused";
      const found = answer.outcome;
      return { what, expected: "allowed", found, ok, needsPolicy: false, ...message };
    }),
  );
}

export async function existingOf({ desired }: RegistrationWish, api: ClusterApi) {
  try {
    return existingIn(await observe(api, desired));
  } catch (error) {
    // The right to list isn't in effect: the proofs say so, by name.
    if (error instanceof ClusterError && error.kind === "forbidden") {
      return existingIn(undefined);
    }
    throw error;
  }
}

const maxNamed = 5;
const showPolicies = "kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings";

function describeFailure(proofs: readonly Proof[]): string {
  const wrong = proofs.filter(({ ok }) => !ok);
  const lines = wrong.slice(0, maxNamed).map(describe);
  const left = wrong.length - lines.length;
  const more = left > 0 ? [`and ${left} more`] : [];
  return ["the credential isn't what it should be", ...lines, ...more].join("\n  ");
}

/** Who said what matters where it isn't what was asked for: a webhook of somebody else's, perhaps. */
function describe({ what, expected, found, message }: Proof): string {
  const said = message === undefined ? "" : ` (${message})`;
  return `${what}: must be ${expected}, but is ${found}${said}`;
}

function nextStep(proofs: readonly Proof[], subject: Subject): string {
  const wrong = proofs.filter(({ ok }) => !ok);
  if (wrong.every(({ needsPolicy, message }) => needsPolicy || message !== undefined)) {
    return wrong.every(({ found }) => found === "allowed")
      ? `the admission policy isn't in effect: ${showPolicies}; then run this again`
      : `another policy or webhook stands in the way, or ours isn't in effect as it was written: ${showPolicies},validatingwebhookconfigurations,mutatingwebhookconfigurations; then run this again`;
  }
  const asSubject =
    subject.kind === "ServiceAccount"
      ? `--as ${accountUser(subject)}`
      : `--as anybody --as-group ${subject.name}`;
  return `kubectl auth can-i --list ${asSubject} shows what it may; bindings of others add to that. Then run this again`;
}
