/** What doesn't go together in one pull secret: its format, and what it is to hold and to do. */
import * as z from "zod";
import { dataKey, listOf, workload } from "./fields.ts";
import type { PathProblem } from "./problems.ts";
import { readEach } from "./read-each.ts";
import { formatWorkload } from "./secret-format.ts";

const anyPullSecret = z.object({
  registries: z.unknown().optional(),
  serviceAccounts: z.unknown().optional(),
  format: z.unknown().optional(),
  restart: z.unknown().optional(),
});
type AnyPullSecret = z.infer<typeof anyPullSecret>;

const anyFormat = z.object({ type: z.enum(["dockerconfigjson", "opaque", "awsCredentials"]) });
const opaqueKeys = z.object({ type: z.literal("opaque"), username: dataKey, password: dataKey });
const ecrAccounts = z.object({
  type: z.literal("ecr"),
  accounts: listOf(z.unknown()).optional(),
});
const restarts = z.object({ restart: listOf(z.unknown()) });

export function formatConflicts(pullSecrets: readonly unknown[]): PathProblem[] {
  return pullSecrets.flatMap((entry, index) => {
    const { data } = anyPullSecret.safeParse(entry);
    if (data === undefined) return [];
    const problems = [...ofFormat(data), ...repeatedWorkloads(entry)];
    return problems.map(({ path, message }) => ({
      path: ["pullSecrets", index, ...path],
      message,
    }));
  });
}

function ofFormat(pullSecret: AnyPullSecret): PathProblem[] {
  const { format = { type: "dockerconfigjson" } } = pullSecret;
  switch (anyFormat.safeParse(format).data?.type) {
    case "dockerconfigjson":
      return missingRegistries(pullSecret);
    case "opaque":
      return [
        ...missingRegistries(pullSecret),
        ...moreThanOneLogin(pullSecret),
        ...oneKeyForBoth(format),
        ...uselessLinks(pullSecret, "opaque"),
      ];
    case "awsCredentials":
      return [
        ...uselessRegistries(pullSecret),
        ...uselessLinks(pullSecret, "awsCredentials"),
        ...endlessRestarts(pullSecret),
      ];
    default:
      return []; // the schema says what is wrong with it
  }
}

function missingRegistries({ registries }: AnyPullSecret): PathProblem[] {
  if (registries !== undefined) return [];
  return [{ path: ["registries"], message: "missing: expected a list" }];
}

function uselessRegistries({ registries }: AnyPullSecret): PathProblem[] {
  if (registries === undefined) return [];
  const message =
    "the format awsCredentials holds a session of its role, and no login: expected none";
  return [{ path: ["registries"], message }];
}

function moreThanOneLogin({ registries }: AnyPullSecret): PathProblem[] {
  const only = "the format opaque holds one username and password";
  const entries = listOf(z.unknown()).safeParse(registries).data ?? [];
  if (entries.length > 1) {
    const message = `${only}: expected one registry, found ${entries.length}`;
    return [{ path: ["registries"], message }];
  }
  return readEach(ecrAccounts, entries).flatMap(({ value }) => {
    const accounts = value.accounts?.length ?? 1;
    const message = `${only}: expected one account, found ${accounts}`;
    return accounts > 1 ? [{ path: ["registries", 0, "accounts"], message }] : [];
  });
}

function oneKeyForBoth(format: unknown): PathProblem[] {
  const { data } = opaqueKeys.safeParse(format);
  if (data === undefined || data.username !== data.password) return [];
  const message = "the same key as for the username: expected another one";
  return [{ path: ["format", "password"], message }];
}

/** A pod whose account names such a Secret is told of it at each start, and pulls without it. */
function uselessLinks({ serviceAccounts }: AnyPullSecret, type: string): PathProblem[] {
  if (serviceAccounts === undefined) return [];
  const message = `the kubelet reads no pull secret of the format ${type}: expected none`;
  return [{ path: ["serviceAccounts"], message }];
}

function endlessRestarts({ restart }: AnyPullSecret): PathProblem[] {
  if (restart === undefined) return [];
  const message =
    "sessions are renewed every half hour, and each would roll these; SDKs read them anew by " +
    "themselves: expected none";
  return [{ path: ["restart"], message }];
}

function repeatedWorkloads(pullSecret: unknown): PathProblem[] {
  const { restart = [] } = restarts.safeParse(pullSecret).data ?? {};
  const seen = new Map<string, number>();
  return readEach(workload, restart).flatMap(({ index, value }) => {
    const name = formatWorkload(value);
    const earlier = seen.get(name);
    seen.set(name, earlier ?? index);
    if (earlier === undefined) return [];
    const message = `${name} is already in restart[${earlier}]: expected it once`;
    return [{ path: ["restart", index], message }];
  });
}
