/** What somebody should know before saying yes to a registration. Pure. */
import type { StoredCredential } from "../clusters/stored-credential.ts";
import { KubeconfigError } from "../errors.ts";
import { fieldManager, managedByLabel } from "../pull-secrets/names.ts";
import { accountName } from "../rights/names.ts";
import type { Subject } from "../rights/rights.ts";
import type { InspectedRecord, Inspection } from "./inspection.ts";
import type { Problem } from "./problems.ts";
import type { RegistrationWish } from "./registration-wish.ts";
import { isWrite, type ObjectStep } from "./rules/judge-object.ts";

/** Where the deployed function will look for the API server. */
export interface Destination {
  readonly server: string;
  /** Why it can't be reached from here, which need not mean anything; undefined: it can. */
  readonly unreached: string | undefined;
  /** False: whoever answers there is believed. */
  readonly verified: boolean;
}

interface Outlook extends Pick<Inspection, "unlisted" | "record"> {
  /** What would have to be done in the cluster. */
  readonly steps: readonly ObjectStep[];
}

export function warningsOf(
  { renew, cluster, owner, access, isLocal }: RegistrationWish,
  { server, unreached, verified }: Destination,
  { steps, unlisted, record }: Outlook,
): Problem[] {
  const warnings: Problem[] = unverifiedIf(!verified, cluster);
  if (isLoopback(server) && !isLocal) {
    warnings.push({
      message: `${server} is this machine: a deployed function can't reach it`,
      hint: "--server <url> names the address that it can; refresh --local works from here",
    });
  }
  if (unreached !== undefined) {
    warnings.push({
      message: `${server} can't be reached from here (${unreached}): the credential is tried through the context's server`,
      hint: `the first sweep shows whether ${isLocal ? "its runner" : "the deployed function"} reaches it`,
    });
  }
  const missing = missingNamespaces(steps);
  if (missing.length > 0) {
    warnings.push({
      message: `not there yet, so that nothing can be granted in them: namespaces ${missing.join(", ")}`,
      hint: "run this again when they are",
    });
  }
  if (!renew && record !== undefined && unlisted.length > 0) {
    const kinds = unlisted.map((kind) => kind.toLowerCase()).join(",");
    warnings.push({
      message: `you may not list ${unlisted.join(", ")}: of what an earlier config granted, something may be left`,
      hint: `let somebody look who may: kubectl get ${kinds} -A -l ${managedByLabel}=${fieldManager}`,
    });
  }
  if (renew && steps.some(isWrite)) {
    warnings.push({
      message: "the rights in the cluster aren't what the config asks for; --renew leaves them so",
      hint: `put them right: ecr-pull-secrets register ${cluster} --stage ${owner.stage}`,
    });
  }
  return [...warnings, ...leftBehind(cluster, record, access.subject)];
}

export function unverifiedIf(isSo: boolean, cluster: string): Problem[] {
  if (!isSo) {
    return [];
  }
  return [
    {
      message: `the API server's certificate is NOT verified: whoever stands in between can take ${cluster}'s credential, and every token that is pushed there`,
      hint: "put the cluster's CA into the kubeconfig, and its name out of the config's allowInsecureTls; or --certificate-authority <file>",
    },
  ];
}

/** A record may change to another account; what was made for the former bears our marks, and works. */
export function leftBehind(
  cluster: string,
  record: InspectedRecord | undefined,
  next: Subject | StoredCredential,
): Problem[] {
  const former = record?.content;
  if (former === undefined || former instanceof KubeconfigError) {
    return [];
  }
  const [account, successor] = [accountOf(former.credential), accountOf(next)];
  // Another name is of an account that somebody else made, and brought a token of.
  if (account?.name !== accountName) {
    return [];
  }
  if (successor?.name === accountName && successor.namespace === account.namespace) {
    return [];
  }
  const { namespace } = account;
  return [
    {
      message: `${cluster} was registered with ServiceAccount ${namespace}/${accountName}: that stays, and so do its tokens, and what else was made for it`,
      hint: `afterwards, kubectl delete serviceaccount ${accountName} --namespace ${namespace} ends its tokens; the rest goes when ${cluster} is unregistered`,
    },
  ];
}

function accountOf(holder: Subject | StoredCredential) {
  return "namespace" in holder ? holder : undefined;
}

function isLoopback(server: string): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(server).hostname);
}

export function missingNamespaces(steps: readonly ObjectStep[]): readonly string[] {
  const waiting = steps.filter(({ verb }) => verb === "wait");
  return [...new Set(waiting.map(({ object }) => object.metadata.namespace ?? ""))];
}
