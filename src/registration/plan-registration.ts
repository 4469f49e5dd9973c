/** What a registration will do, decided from what was found. Pure: no I/O, no clock. */
import { formatRef, refOf } from "../rights/kubernetes-object.ts";
import type { Rights } from "../rights/rights.ts";
import type { InspectedRecord, Inspection } from "./inspection.ts";
import { type Destination, missingNamespaces, warningsOf } from "./plan-warnings.ts";
import type { Problem } from "./problems.ts";
import type { RegistrationWish } from "./registration-wish.ts";
import { isStep, isWrite, judgeObject, type ObjectStep } from "./rules/judge-object.ts";
import { judgeRecord, type RecordAction } from "./rules/judge-record.ts";

export interface RegistrationPlan {
  readonly wish: RegistrationWish;
  readonly server: string;
  readonly rights: Rights;
  readonly objects: readonly ObjectStep[];
  readonly record: RecordAction;
  /** What somebody should know before saying yes. */
  readonly warnings: readonly Problem[];
}

export type Planned =
  | { readonly plan: RegistrationPlan }
  | { readonly problems: readonly Problem[] };

export function planRegistration(
  inspection: Inspection,
  wish: RegistrationWish,
  destination: Destination,
): Planned {
  const { server } = destination;
  const judged = inspection.objects.map((each) => judgeObject(each, wish));
  const record = judgeRecord(withoutAccount(inspection, wish), { ...wish, server });
  const problems = [...judged, record].filter((each): each is Problem => "message" in each);
  if (problems.length > 0 || !("action" in record)) {
    return { problems: withoutRepeats(problems) };
  }
  const wanted = [
    ...judged.filter(isStep),
    ...inspection.stale.map((object) => ({ verb: "remove", object }) as const),
  ];
  const missing = wish.renew ? wanted.find(({ verb }) => verb === "create") : undefined;
  if (missing !== undefined) {
    return { problems: [notThere(missing)] };
  }
  const objects = wish.renew ? [] : wanted;
  const rights = grantedBy(wanted, inspection.rights);
  return {
    plan: {
      wish,
      server,
      rights,
      objects,
      record,
      warnings: warningsOf(wish, destination, { ...inspection, steps: wanted }),
    },
  };
}

/** Whether anything would be written, in the cluster or in AWS. */
export function changesSomething({ wish, objects, record }: RegistrationPlan): boolean {
  const { steps = [] } = wish.access;
  return record.action !== "keep" || objects.some(isWrite) || steps.length > 0;
}

/** A token is bound to the account that it was made for, not to the next one of that name. */
function withoutAccount(
  { record, objects }: Inspection,
  { access: { subject } }: RegistrationWish,
): InspectedRecord | undefined {
  const isGone = objects.some(
    ({ wanted, live }) =>
      live === undefined && wanted.kind === subject.kind && wanted.metadata.name === subject.name,
  );
  return record && isGone ? { ...record, dead: "its ServiceAccount is gone" } : record;
}

/** In a namespace that isn't there, nothing can be granted, and so nothing proved. */
function grantedBy(steps: readonly ObjectStep[], rights: Rights): Rights {
  const missing = missingNamespaces(steps);
  const isThere = (namespace: string | undefined) => !missing.includes(namespace ?? "");
  return { ...rights, needed: rights.needed.filter(({ namespace }) => isThere(namespace)) };
}

/** Five objects of another deployment are one problem, if they say the same. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const first = new Map(problems.toReversed().map((each) => [each.hint ?? each.message, each]));
  return [...first.values()].reverse();
}

function notThere({ object }: ObjectStep): Problem {
  return {
    message: `${formatRef(refOf(object))} isn't there: a new credential alone would be of no use`,
    hint: "leave --renew out, so that everything is put right",
  };
}
