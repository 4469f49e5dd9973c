/** Where a pull secret's credentials come from. */
import * as z from "zod";
import {
  accountId,
  listOf,
  notYet,
  region,
  registryHost,
  repositoryPattern,
  roleArn,
  secretId,
} from "./fields.ts";
import { type EcrRegistryConfig, endpointFamilies } from "./stage-config.ts";

const typeIs = "Where the credential comes from.";

const fromEcr = z
  .strictObject({
    type: z.literal("ecr").describe(typeIs),
    region: region.describe("The registry's AWS region, such as us-east-1."),
    accounts: listOf(accountId)
      .optional()
      .describe(
        "Accounts whose registries the token opens, in quotes. Default: the account of roleArn, " +
          "or else the account that this runs in.",
      ),
    roleArn: roleArn
      .optional()
      .describe("Role to assume for the token, which carries this role's rights. Default: none."),
    endpoints: listOf(z.enum(endpointFamilies))
      .prefault(["ipv4"])
      .describe(
        "Kinds of hosts to write an entry for. Each host repeats a token of several kB, and a " +
          "Secret holds 1 MiB.",
      ),
    repositories: listOf(repositoryPattern)
      .optional()
      .describe(
        "Names or globs of the repositories that the function's own role may pull. It narrows " +
          "every token of that role, whichever pull secret it is in; with roleArn, that role's " +
          "policy decides. Default: all.",
      ),
  })
  .transform(
    (given): EcrRegistryConfig => ({
      type: "ecr",
      region: given.region,
      accounts: accountsBehind(given),
      roleArn: given.roleArn,
      endpoints: [...new Set(given.endpoints)],
      repositories: given.repositories,
    }),
  )
  .describe("Amazon ECR, private registries of one region.");

const fromEcrPublic = z
  .strictObject({
    type: notYet(z.literal("ecr-public"), "a registry of type ecr-public").describe(typeIs),
  })
  .transform(() => z.NEVER)
  .describe("Amazon ECR Public. Not supported yet.");

const fromSecret = z
  .strictObject({
    type: notYet(z.literal("static"), "a registry of type static").describe(typeIs),
    host: registryHost.describe("The registry's host, such as ghcr.io."),
    secretId: secretId.describe("Secret in Secrets Manager that holds username and password."),
  })
  .transform(() => z.NEVER)
  .describe("Any registry, with a username and password that are kept. Not supported yet.");

export const registry = z.discriminatedUnion("type", [fromEcr, fromEcrPublic, fromSecret]);

/** Undefined: the account that this runs in, which the config can't know. */
export function accountsBehind(given: {
  readonly accounts?: readonly string[] | undefined;
  readonly roleArn?: string | undefined;
}): readonly string[] | undefined {
  const accountOfRole = given.roleArn?.split(":")[4];
  return given.accounts ?? (accountOfRole === undefined ? undefined : [accountOfRole]);
}
