/** What a removal says before it begins, and at its end: what remains, and how it goes. Pure. */
import { recordPrefix } from "../../clusters/record-name.ts";
import { formatSpan } from "../../durations.ts";
import { listSome } from "../../list-some.ts";
import type { Look, LookFailure, RegisteredClusters } from "./look-at-clusters.ts";
import { commandLine, deployCommand, type Place } from "./place.ts";
import type { Section } from "./section.ts";

const mostNames = 10;

/** Nothing is asked: whoever watches can still stop it. Undefined: there is nothing to warn of. */
export function beforeRemove(look: Look, now: Date): string | undefined {
  if ("message" in look || look.names.length === 0) {
    return undefined;
  }
  const { names } = look;
  const stay = names.length === 1 ? "1 cluster stays" : `${names.length} clusters stay`;
  return [
    `${stay} registered: ${listTen(names)}.`,
    `Nothing renews their pull secrets after this.${describeSoonest(look, now)}`,
  ].join("\n");
}

function describeSoonest({ soonest }: RegisteredClusters, now: Date): string {
  if (soonest === undefined) {
    return "";
  }
  const { cluster, expiresAt } = soonest;
  const leftMs = expiresAt.getTime() - now.getTime();
  return leftMs > 0
    ? ` The first expire in ${formatSpan(leftMs)}, in ${cluster}: pods there can't pull any more.`
    : ` The first have expired, in ${cluster}.`;
}

export function afterRemove(look: Look, place: Place): readonly Section[] {
  if ("message" in look) {
    return [unseen(look, place), takeAway(unregisterEach(place))];
  }
  const { names } = look;
  const rest = { title: "what remains", lines: describeRest(look, place) };
  if (names.length === 0) {
    return [rest];
  }
  const each = names.map((name) => unregisterCommand(name, place));
  return [
    rest,
    takeAway(names.length > mostNames ? unregisterEach(place) : each),
    { title: "to go on with it", lines: [deployCommand(place)] },
  ];
}

function describeRest({ names, others }: RegisteredClusters, place: Place): readonly string[] {
  const records = names.length === 1 ? "1 record" : `${names.length} records`;
  const ours = [
    `${records} in Secrets Manager, ${anyRecord(place)}: ${listTen(names)}`,
    "in each of these clusters: the pull secrets, and what register made there",
  ];
  const lines = [
    ...(names.length > 0 ? ours : []),
    ...(others.length > 0
      ? [`in Secrets Manager what isn't a cluster's record: ${listTen(others)}`]
      : []),
  ];
  return lines.length > 0 ? lines : ["nothing: no clusters are registered"];
}

function unseen({ message, hint }: LookFailure, place: Place): Section {
  return {
    title: "what remains",
    lines: [
      `records in Secrets Manager, ${anyRecord(place)}, and what register made`,
      `of which clusters couldn't be looked at: ${message}`,
      ...(hint === undefined ? [] : [hint]),
    ],
  };
}

function takeAway(lines: readonly string[]): Section {
  return { title: "to take it away", lines };
}

function unregisterEach(place: Place): readonly string[] {
  return [
    unregisterCommand("<cluster>", place),
    "for each of those that this shows:",
    commandLine("list", place),
  ];
}

function unregisterCommand(cluster: string, place: Place): string {
  return commandLine(`unregister ${cluster} --context <context>`, place);
}

function anyRecord({ stage }: Place): string {
  return `${recordPrefix(stage)}<cluster>`;
}

function listTen(names: readonly string[]): string {
  return listSome(names, mostNames - 1);
}
