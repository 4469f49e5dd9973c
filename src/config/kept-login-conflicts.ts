/** Logins that are kept in Secrets Manager, where something else than a login is, or is wanted. */
import * as z from "zod";
import { kmsKeyArn, registryHost, secretId } from "./fields.ts";
import type { PathProblem } from "./problems.ts";
import { readEach } from "./read-each.ts";

const staticHosts = z.object({ type: z.literal("static"), host: registryHost });
const keptLogins = z.object({ type: z.literal("static"), secretId });
const keyedLogins = keptLogins.extend({ kmsKeyArn });

export function keptLoginConflicts(registries: readonly unknown[]): PathProblem[] {
  return [...unfitHosts(registries), ...clusterRecords(registries), ...keysElsewhere(registries)];
}

function unfitHosts(registries: readonly unknown[]): PathProblem[] {
  return readEach(staticHosts, registries).flatMap(({ index, value }) => {
    const message = unfit(value.host);
    return message === undefined ? [] : [{ path: [index, "host"], message }];
  });
}

function unfit(host: string): string | undefined {
  if (/^registry-1\.docker\.io(:|$)/.test(host)) {
    return "Docker Hub answers there, and images and logins go by another name: expected docker.io";
  }
  // What is kept would end after 12 hours, or let in whoever holds it for good.
  const type = ecrTypeOf(host);
  return type && `a registry of AWS's, whose login has to be minted: expected type ${type}`;
}

function ecrTypeOf(host: string): "ecr" | "ecr-public" | undefined {
  if (/^(public\.ecr\.aws|ecr-public(\.[a-z0-9-]+)?\.aws\.com)(:|$)/.test(host))
    return "ecr-public";
  return /^\d{12}\.dkr[.-]ecr(-fips)?\./.test(host) ? "ecr" : undefined;
}

/** A record holds a kubeconfig: as a password, it would be pushed into other clusters. */
function clusterRecords(registries: readonly unknown[]): PathProblem[] {
  return readEach(keptLogins, registries).flatMap(({ index, value }) => {
    if (!/(^|:)ecr-pull-secrets\/[^/]+\/clusters\//.test(value.secretId)) return [];
    const message =
      "this is the record of a cluster, and its kubeconfig would be pushed into clusters as a " +
      "password: expected a secret that holds a registry's login";
    return [{ path: [index, "secretId"], message }];
  });
}

/** Of a secret that is named without its region, that is the stage's own, which the config doesn't know. */
function keysElsewhere(registries: readonly unknown[]): PathProblem[] {
  return readEach(keyedLogins, registries).flatMap(({ index, value }) => {
    const [wanted, found] = [value.secretId, value.kmsKeyArn].map((arn) => arn.split(":")[3]);
    if (wanted === undefined || wanted === found) return [];
    const message = `a secret is encrypted with a key of its own region: expected one in ${wanted}, found one in ${found}`;
    return [{ path: [index, "kmsKeyArn"], message }];
  });
}
