/** Registries that are right by themselves, but not beside one another. */
import * as z from "zod";
import { accountId, listOf, region, repositoryPattern, roleArn } from "./fields.ts";
import type { PathProblem } from "./problems.ts";
import { readEach } from "./read-each.ts";
import { accountsBehind } from "./registry-schema.ts";

const anyRegistries = z.object({ registries: listOf(z.unknown()) });
const ecrRegistries = z.object({
  type: z.literal("ecr"),
  region,
  accounts: listOf(accountId).optional(),
  roleArn: roleArn.optional(),
  repositories: listOf(repositoryPattern).optional(),
});

export function registryConflicts(pullSecrets: readonly unknown[]): PathProblem[] {
  return [...pullSecrets.flatMap(repeatedRegistries), ...uselessNarrowing(pullSecrets)];
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

/** `repositories` narrows the function's own role, and all tokens of that role open the same. */
function uselessNarrowing(pullSecrets: readonly unknown[]): PathProblem[] {
  const all = pullSecrets.flatMap((pullSecret, at) => {
    const registries = anyRegistries.safeParse(pullSecret).data?.registries ?? [];
    return readEach(ecrRegistries, registries).map(({ index, value }) => {
      const place = `pullSecrets[${at}].registries[${index}]`;
      return { path: ["pullSecrets", at, "registries", index, "repositories"], place, value };
    });
  });
  return all.flatMap(({ path, value }) => {
    if (value.repositories === undefined) return [];
    if (value.roleArn !== undefined) {
      const message =
        "the policy of roleArn decides which repositories its tokens open: expected none here; " +
        "narrow that policy";
      return { path, message };
    }
    const wider = all.find((other) => opensAll(other.value, value));
    if (wider === undefined || value.repositories.includes("*")) return [];
    const message =
      `${wider.place} opens all repositories of the same registry, by the same role: expected ` +
      "repositories there too, or none here";
    return { path, message };
  });
}

type EcrRegistry = z.infer<typeof ecrRegistries>;

function opensAll(other: EcrRegistry, narrowed: EcrRegistry): boolean {
  if (other.roleArn !== undefined || other.region !== narrowed.region) return false;
  const accounts = other.accounts ?? ["this"];
  const isShared = (narrowed.accounts ?? ["this"]).some((account) => accounts.includes(account));
  return isShared && (other.repositories?.includes("*") ?? true);
}
