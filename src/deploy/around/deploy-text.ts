/** What a deploy says before it begins, and at its end: the next commands. Pure. */
import { listSome } from "../../list-some.ts";
import { type AlarmsLook, describeAlarms } from "./describe-alarms.ts";
import type { Look, LookFailure, RegisteredClusters } from "./look-at-clusters.ts";
import { commandLine, type Place } from "./place.ts";
import type { Section } from "./section.ts";

/**
 * Said before anything is uploaded: whoever is about to ask for rights that nobody granted may still
 * think better of it, or grant them first. Undefined: there is nothing to warn of.
 */
export function beforeDeploy(look: Look, place: Place): string | undefined {
  if ("message" in look || look.outdated.length === 0) {
    return undefined;
  }
  return [
    `${describeOutdated(look)}.`,
    "Until they are, sweeps there do what they may, and fail at the rest:",
    `  ${registerCommand(look, place)}`,
  ].join("\n");
}

export function afterDeploy(look: Look, alarms: AlarmsLook, place: Place): readonly Section[] {
  return [
    firstStep(look, place),
    ...("message" in look ? [unseen(look, place)] : rightsToGrant(look, place)),
    { title: "alarms", lines: describeAlarms(alarms, place) },
  ];
}

function firstStep(look: Look, place: Place): Section {
  const isEmpty = "names" in look && look.names.length === 0;
  return isEmpty
    ? {
        title: "register a cluster",
        lines: [commandLine("register <cluster> --context <context>", place)],
      }
    : { title: "sweep now", lines: [commandLine("refresh", place)] };
}

function rightsToGrant(look: RegisteredClusters, place: Place): readonly Section[] {
  return look.outdated.length === 0
    ? []
    : [
        {
          title: "rights to grant",
          lines: [describeOutdated(look), registerCommand(look, place)],
        },
      ];
}

function unseen({ message, hint }: LookFailure, place: Place): Section {
  return {
    title: "registered clusters",
    lines: [
      `couldn't be looked at: ${message}`,
      ...(hint === undefined ? [] : [hint]),
      "whether they granted what the config asks for, this tells:",
      commandLine("list", place),
    ],
  };
}

/** With one more, ten names. */
const mostNames = 9;

function describeOutdated({ names, outdated }: RegisteredClusters): string {
  const share = `${outdated.length} of ${names.length} registered clusters`;
  return `The config asks for other rights than were granted in ${share}: ${listSome(outdated, mostNames)}`;
}

function registerCommand({ outdated }: RegisteredClusters, place: Place): string {
  const [only = ""] = outdated;
  const which = outdated.length === 1 ? `${only} --context <context>` : "--all";
  return commandLine(`register ${which}`, place);
}
