/** Registries that are right by themselves, but not beside one another. */
import * as z from "zod";
import { accountId, listOf, region, registryHost, repositoryPattern, roleArn } from "./fields.ts";
import { keptLoginConflicts } from "./kept-login-conflicts.ts";
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
const otherRegistries = z.union([
  z.object({ type: z.literal("ecr-public") }),
  z.object({ type: z.literal("static"), host: registryHost }),
]);

export function registryConflicts(pullSecrets: readonly unknown[]): PathProblem[] {
  return [
    ...pullSecrets.flatMap((pullSecret, at) => {
      const registries = registriesIn(pullSecret);
      const problems = [...repeatedRegistries(registries), ...keptLoginConflicts(registries)];
      return problems.map(({ path, message }) => ({
        path: ["pullSecrets", at, "registries", ...path],
        message,
      }));
    }),
    ...uselessNarrowing(pullSecrets),
  ];
}

function registriesIn(pullSecret: unknown): readonly unknown[] {
  return anyRegistries.safeParse(pullSecret).data?.registries ?? [];
}

function repeatedRegistries(registries: readonly unknown[]): PathProblem[] {
  const seen = new Map<string, number>();
  return registryNames(registries).flatMap(({ name, index }) => {
    const earlier = seen.get(name);
    seen.set(name, earlier ?? index);
    if (earlier === undefined) return [];
    const message = `${name} is already in registries[${earlier}]: expected it once`;
    return [{ path: [index], message }];
  });
}

/** One per entry that a registry has in a docker config. */
function registryNames(registries: readonly unknown[]) {
  const ofEcr = readEach(ecrRegistries, registries).flatMap(({ index, value }) =>
    (accountsBehind(value) ?? ["this account"]).map((account) => ({
      name: `the registry of ${account} in ${value.region}`,
      index,
    })),
  );
  const ofOthers = readEach(otherRegistries, registries).map(({ index, value }) => ({
    name: `the registry ${value.type === "static" ? hubOr(value.host) : "public.ecr.aws"}`,
    index,
  }));
  return [...ofEcr, ...ofOthers];
}

/** Docker Hub goes by two names, and clients look its login up under one of them. */
function hubOr(host: string): string {
  return host === "index.docker.io" ? "docker.io" : host;
}

/** `repositories` narrows the function's own role, and all tokens of that role open the same. */
function uselessNarrowing(pullSecrets: readonly unknown[]): PathProblem[] {
  const all = pullSecrets.flatMap((pullSecret, at) => {
    return readEach(ecrRegistries, registriesIn(pullSecret)).map(({ index, value }) => {
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
