/** The stack beside its functions, computed from the stage's config. Pure. */
import { alarms } from "./alarms.ts";
import { dashboard } from "./dashboard.ts";
import { functions } from "./functions.ts";
import { network } from "./network.ts";
import type { Deployment, TemplatePart } from "./part.ts";
import { savedQueries } from "./queries.ts";
import { queues } from "./queues.ts";
import { roles } from "./roles.ts";
import { topic } from "./topic.ts";

/** As `serverless.yml` takes it under `resources`. */
export interface StackTemplate {
  readonly Resources: NonNullable<TemplatePart["resources"]>;
  readonly Outputs: NonNullable<TemplatePart["outputs"]>;
  readonly extensions: NonNullable<TemplatePart["extensions"]>;
}

const allParts = [queues, topic, alarms, dashboard, savedQueries, roles, network, functions];

export function stackTemplate(deployment: Deployment): StackTemplate {
  const parts = allParts.map((part) => part(deployment));
  return {
    Resources: merge(parts.map(({ resources }) => resources)),
    Outputs: merge(parts.map(({ outputs }) => outputs)),
    extensions: merge(parts.map(({ extensions }) => extensions)),
  };
}

/** @throws Error for a name that two parts use: one would be lost */
function merge<T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  const entries = parts.flatMap((part) => Object.entries(part ?? {}));
  const names = new Set<string>();
  for (const [name] of entries) {
    if (names.has(name)) throw new Error(`two parts of the stack are called ${name}`);
    names.add(name);
  }
  return Object.fromEntries(entries);
}
