/** What came of a removal: for the terminal, and as one object of JSON. */
import { recordPrefix } from "../../../clusters/record-name.ts";
import { formatOwner } from "../../../refresh/rules/ownership.ts";
import type { RemovalOutcome } from "../../../registration/removal/removal-outcome.ts";
import { isEmpty, removesSomething } from "../../../registration/removal/removal-plan.ts";
import { soonestExpiry } from "../../../registration/removal/soonest-expiry.ts";
import { groupSteps } from "../../../registration/rules/group-steps.ts";
import { refOf } from "../../../rights/kubernetes-object.ts";
import { formatExpiry } from "../durations.ts";
import type { Look } from "../look.ts";
import { count, wrap } from "../wording.ts";
import { describeKept, namespaceAsJson } from "./removal-plan.ts";

/** Of one that reached its end. */
export function renderRemoved(outcome: RemovalOutcome, look: Look): string {
  const { paint, columns } = look;
  const line = (text: string) => wrap(text, columns - 2, "  ").trimStart();
  return [
    `${paint.green("✔")} ${line(verdictOf(outcome))}`,
    ...stayedOf(outcome, look).map((text) => `${paint.yellow("!")} ${line(text)}`),
    ...restoreOf(outcome).map((text) => paint.cyan(wrap(`→ ${text}`, columns, "    "))),
  ].join("\n");
}

function verdictOf({ plan, secrets, unlinked }: RemovalOutcome): string {
  const { cluster, owner } = plan.wish;
  if (!removesSomething(plan)) {
    return `nothing to do: no cluster ${cluster} is registered for stage ${owner.stage} in ${owner.region}`;
  }
  const place = `for stage ${owner.stage} in ${owner.region}`;
  const registered = `${cluster} isn't registered any more ${place}`;
  const gone = [
    ...(secrets > 0 ? [`${count(secrets, "pull secret")} deleted`] : []),
    ...(unlinked > 0 ? [`${count(unlinked, "service account")} unlinked`] : []),
  ];
  return [registered, ...gone].join("; ");
}

function stayedOf({ plan, namespaces }: RemovalOutcome, { now }: Look): readonly string[] {
  const { cluster } = plan;
  if (cluster === undefined) {
    return plan.record ? ["what was in the cluster was not looked at"] : [];
  }
  const until = soonestExpiry(cluster.kept);
  const good = until === undefined ? "" : `; the first expires ${formatExpiry(until, now)}`;
  return [
    ...(cluster.kept.length > 0
      ? [`${count(cluster.kept.length, "pull secret")} stayed, and nothing renews them here${good}`]
      : []),
    ...namespaces.filter((each) => !isEmpty(each)).map(describeKept),
  ];
}

function restoreOf({ plan, recordUntil }: RemovalOutcome): readonly string[] {
  if (recordUntil === undefined) {
    return [];
  }
  const { cluster, owner } = plan.wish;
  const secret = recordPrefix(owner.stage) + cluster;
  const until = recordUntil.toISOString().slice(0, 10);
  return [
    `the record can be restored until ${until}: aws secretsmanager restore-secret --secret-id ${secret} --region ${owner.region}`,
    ...(plan.cluster && !plan.cluster.recordFirst
      ? [`its credential is revoked: ecr-pull-secrets register ${cluster} makes a new one`]
      : []),
  ];
}

/** Of one that stopped: what is gone by now, and that a second run goes on. */
export function renderRemovalStopped(outcome: RemovalOutcome, { paint, columns }: Look): string {
  const { objects, unlinked, secrets, entryDeleted, recordUntil, plan } = outcome;
  const steps = objects.map((object) => ({ verb: "remove", object }) as const);
  const gone = [
    ...(entryDeleted ? ["the access entry"] : []),
    ...groupSteps(steps).map(({ what }) => what),
    ...(unlinked > 0 ? [`the links of ${count(unlinked, "service account")}`] : []),
    ...(secrets > 0 ? [count(secrets, "pull secret")] : []),
    ...(recordUntil ? ["the record"] : []),
  ];
  const done = gone.length === 0 ? "Nothing was removed." : `Removed: ${gone.join(", ")}.`;
  const isLeft = plan.record !== undefined && recordUntil === undefined;
  const standing = isLeft ? ` ${plan.wish.cluster} is still registered.` : "";
  return [
    wrap(`${done}${standing}`, columns, "  "),
    paint.cyan(wrap("→ run the same command again: it removes what is left", columns, "  ")),
  ].join("\n");
}

export function removalAsJson(outcome: RemovalOutcome) {
  const { plan, objects, unlinked, secrets, namespaces, entryDeleted, recordUntil } = outcome;
  return {
    cluster: plan.wish.cluster,
    owner: formatOwner(plan.wish.owner),
    server: plan.cluster?.server ?? null,
    outcome: outcome.stopped === undefined ? "ok" : "failed",
    removed: { objects: objects.map(refOf), secrets, links: unlinked, accessEntry: entryDeleted },
    namespaces: namespaces.map(namespaceAsJson),
    kept: (plan.cluster?.kept ?? []).map(refOf),
    others: Object.fromEntries(plan.cluster?.others ?? []),
    record: recordUntil ? "removed" : plan.record ? "left" : "none",
    restorableUntil: recordUntil ?? null,
  };
}
