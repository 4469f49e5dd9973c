/** Where a pull secret's credentials come from. */
import * as z from "zod";
import {
  accountId,
  kmsKeyArn,
  listOf,
  region,
  registryHost,
  registryUsername,
  repositoryPattern,
  roleArn,
  secretId,
} from "./fields.ts";
import {
  type EcrPublicRegistryConfig,
  type EcrRegistryConfig,
  endpointFamilies,
  type StaticRegistryConfig,
} from "./stage-config.ts";

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
    type: z.literal("ecr-public").describe(typeIs),
    roleArn: roleArn
      .optional()
      .describe("Role to assume for the token. Default: none, the function's own role asks."),
  })
  .transform((given): EcrPublicRegistryConfig => ({ type: "ecr-public", roleArn: given.roleArn }))
  .describe("Amazon ECR Public: pulls from public.ecr.aws that are throttled less.");

const fromSecret = z
  .strictObject({
    type: z.literal("static").describe(typeIs),
    host: registryHost.describe("The registry's host, such as ghcr.io or docker.io."),
    secretId: secretId.describe(
      'Name or ARN of a secret in Secrets Manager that holds {"username": …, "password": …}, or, ' +
        "with username here, the password alone.",
    ),
    username: registryUsername
      .optional()
      .describe("The username, such as _json_key; the whole secret is the password then."),
    kmsKeyArn: kmsKeyArn
      .optional()
      .describe("The secret's own KMS key. Default: none, AWS's key for Secrets Manager."),
  })
  .transform(
    (given): StaticRegistryConfig => ({
      type: "static",
      host: given.host,
      secretId: given.secretId,
      username: given.username,
      kmsKeyArn: given.kmsKeyArn,
    }),
  )
  .describe("Any registry, with a username and password kept in Secrets Manager.");

export const registry = z.discriminatedUnion("type", [fromEcr, fromEcrPublic, fromSecret]);

/** Undefined: the account that this runs in, which the config can't know. */
export function accountsBehind(given: {
  readonly accounts?: readonly string[] | undefined;
  readonly roleArn?: string | undefined;
}): readonly string[] | undefined {
  const accountOfRole = given.roleArn?.split(":")[4];
  return given.accounts ?? (accountOfRole === undefined ? undefined : [accountOfRole]);
}
