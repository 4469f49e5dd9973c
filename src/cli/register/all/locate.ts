/** From a registered cluster's record to the way by which its rights can be brought up to date. */
import { KubeconfigError } from "../../../errors.ts";
import type { FoundRecord } from "../../../registration/found-record.ts";
import type { Problem } from "../../../registration/problems.ts";
import { accountName, defaultNamespace } from "../../../rights/names.ts";
import type { RegisterRequest } from "../register-request.ts";

export interface Located {
  readonly request: RegisterRequest;
  readonly context: string;
}

export interface LocateRules {
  readonly contextOf: (server: string) => string | undefined;
  readonly withPolicy: boolean;
  readonly renew: boolean;
  readonly stage: string;
}

/** Undefined: nothing is to be done there. Pure. */
export function locate(
  cluster: string,
  record: FoundRecord | undefined,
  { contextOf, withPolicy, renew, stage }: LocateRules,
): Located | Problem | undefined {
  if (record === undefined) {
    return undefined;
  }
  const { access } = record;
  if (access instanceof KubeconfigError) {
    return {
      message: `${cluster}: its record can't be used: ${access.message}`,
      hint: access.hint,
    };
  }
  const { server, credential, eks } = access;
  // Another name is of an account that somebody else made, and brought a token of.
  const isAccount = credential.kind === "service-account-token" && credential.name === accountName;
  if (!isAccount && (renew || eks === undefined)) {
    const message = `${cluster} was registered with a kubeconfig as it was: its rights aren't ours`;
    return renew
      ? undefined
      : { message, hint: `ecr-pull-secrets check ${cluster} --stage ${stage}` };
  }
  const context = contextOf(server);
  if (context === undefined) {
    return {
      message: `${cluster}: no context of your kubeconfig leads to ${server}`,
      hint: `if one leads there by another address: ecr-pull-secrets register ${cluster} --stage ${stage} --context <name> --server ${server}`,
    };
  }
  const usual = { lifetimeSeconds: undefined, kmsKeyId: undefined, replace: false };
  const namespace = isAccount ? credential.namespace : defaultNamespace;
  const name = eks && { name: eks.cluster, region: eks.region, roleMapped: true };
  const request = { ...usual, cluster, namespace, withPolicy, renew, eks: name, asIs: undefined };
  return { request, context };
}

export function isLocated(located: Located | Problem): located is Located {
  return "request" in located;
}
