/** What an attack came to, as people read it: Markdown, grouped to what differs. */
import { places, type Trial, verbs } from "./attack.ts";

/** A row for each verb that gets past RBAC somewhere, and one for all that doesn't. */
export function attackTable(trials: readonly Trial[]): string {
  const resources = new Set(trials.map(({ resource }) => resource));
  // What is allowed without a name is allowed with one.
  const apart = trials.filter((trial) => !(trial.name !== undefined && isOpen(trials, trial)));
  const subjects = Map.groupBy(apart, ({ resource, name }) => [resource, name].join(" "));
  const rows = [...subjects.values()].flatMap((each) =>
    verbs
      .map((verb) => each.filter((trial) => trial.verb === verb))
      .filter((of) => !of.every(isRefusedByRbac))
      .map((of) => [subjectOf(of[0]), of[0]?.verb ?? "", ...cells(of)]),
  );
  const rest = `everything else of ${resources.size} resources and subresources`;
  return table(
    ["on", "verb", ...places],
    [...rows, [rest, "any", ...places.map(() => "RBAC" satisfies Trial["outcome"])]],
  );
}

export interface EscalationResult {
  readonly what: string;
  readonly withPolicy: string;
  readonly withoutPolicy: string;
}

export function escalationTable(results: readonly EscalationResult[]): string {
  const rows = results.map((each) => [each.what, each.withPolicy, each.withoutPolicy]);
  return table(["attempt", "both layers", "RBAC alone"], rows);
}

function subjectOf(trial: Trial | undefined): string {
  const name = trial?.name === undefined ? "" : ` ${trial.name}`;
  return `\`${trial?.resource}${name}\``;
}

/** Empty where no path leads: an object of a namespace can't be had cluster-wide. */
function cells(trials: readonly Trial[]): readonly string[] {
  return places.map((place) => trials.find((trial) => trial.place === place)?.outcome ?? "");
}

function isOpen(trials: readonly Trial[], { resource, verb }: Trial): boolean {
  return trials.some(
    (each) =>
      each.name === undefined &&
      each.resource === resource &&
      each.verb === verb &&
      each.outcome === "allowed",
  );
}

function isRefusedByRbac({ outcome }: Trial): boolean {
  return outcome === "RBAC";
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (each: readonly string[]) => `| ${each.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
