/**
 * Entries that are right by themselves but not together. Each entry is read on its own, so that
 * these are found beside whatever else is wrong in the file.
 */
import * as z from "zod";
import { accountId, listOf, region, roleArn, secretName } from "./fields.ts";
import { globsOverlap } from "./globs.ts";
import type { PathProblem } from "./problems.ts";
import { quote } from "./quote.ts";
import { accountsBehind } from "./registry-schema.ts";
import { clusters, maxPullSecrets } from "./schema.ts";

const anyPullSecrets = z.object({ pullSecrets: listOf(z.unknown(), maxPullSecrets) });
const anyRegistries = z.object({ registries: listOf(z.unknown()) });
const targets = z.object({ name: secretName, clusters });
const ecrRegistries = z.object({
  type: z.literal("ecr"),
  region,
  accounts: listOf(accountId).optional(),
  roleArn: roleArn.optional(),
});

export function findConflicts(config: unknown): PathProblem[] {
  const entries = anyPullSecrets.safeParse(config).data?.pullSecrets ?? [];
  return [...sharedNames(entries), ...entries.flatMap(repeatedRegistries)];
}

function sharedNames(pullSecrets: readonly unknown[]): PathProblem[] {
  const readable = readEach(targets, pullSecrets);
  return readable.flatMap(({ index, value }, at) => {
    const earlier = readable
      .slice(0, at)
      .find(
        (other) =>
          other.value.name === value.name && globsOverlap(other.value.clusters, value.clusters),
      );
    if (earlier === undefined) return [];
    return {
      path: ["pullSecrets", index, "name"],
      message:
        `pullSecrets[${earlier.index}] is called ${quote(value.name)} too, and a cluster may match ` +
        "both: expected one pull secret of a name per cluster; join them, or narrow clusters",
    };
  });
}

function repeatedRegistries(pullSecret: unknown, at: number): PathProblem[] {
  const registries = anyRegistries.safeParse(pullSecret).data?.registries ?? [];
  const seen = new Map<string, number>();
  const problems: PathProblem[] = [];
  for (const { index, value } of readEach(ecrRegistries, registries)) {
    for (const account of accountsBehind(value) ?? ["this account"]) {
      const registry = `${account} in ${value.region}`;
      const earlier = seen.get(registry);
      seen.set(registry, earlier ?? index);
      if (earlier === undefined) continue;
      problems.push({
        path: ["pullSecrets", at, "registries", index],
        message: `the registry of ${registry} is already in registries[${earlier}]: expected it once`,
      });
    }
  }
  return problems;
}

function readEach<T extends z.ZodType>(schema: T, entries: readonly unknown[]) {
  return entries.flatMap((entry, index) => {
    const { data } = schema.safeParse(entry);
    return data === undefined ? [] : { index, value: data };
  });
}
