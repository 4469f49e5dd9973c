/** A link that the config has dropped, and that we may no longer take out. Pure. */
import type { ServiceAccountState } from "../ports.ts";
import type { Notice } from "./findings.ts";

/** @param account what was seen of it; without version and links if it couldn't be looked at */
export function linkLeft(
  pullSecret: string,
  account: Pick<ServiceAccountState, "namespace" | "name"> & Partial<ServiceAccountState>,
): Notice {
  const { namespace, name } = account;
  const index = account.imagePullSecrets?.indexOf(pullSecret) ?? -1;
  const isSeen = index >= 0;
  return {
    kind: "link-left",
    severity: "notice",
    pullSecret,
    namespace,
    message: `the config no longer links service account ${name} to secret ${pullSecret}, and the cluster no longer lets us take the link out${isSeen ? "" : ", if it is still there"}`,
    hint: isSeen
      ? `kubectl patch serviceaccount -n ${namespace} ${name} --type=json -p '${removal(pullSecret, index)}'`
      : `kubectl edit serviceaccount -n ${namespace} ${name}`,
  };
}

/** So too, once all accounts were linked: which of them still are is for a person to look up. */
export function linksLeft(pullSecret: string, namespace: string): Notice {
  return {
    kind: "link-left",
    severity: "notice",
    pullSecret,
    namespace,
    message: `the config no longer links all service accounts to secret ${pullSecret}, and the cluster no longer lets us look for links that are left`,
    hint: `kubectl get serviceaccounts -n ${namespace} -o 'custom-columns=NAME:.metadata.name,SECRETS:.imagePullSecrets[*].name'`,
  };
}

/** Refused by the server if the entry has moved meanwhile. */
function removal(pullSecret: string, index: number): string {
  const path = `/imagePullSecrets/${index}`;
  return JSON.stringify([
    { op: "test", path: `${path}/name`, value: pullSecret },
    { op: "remove", path },
  ]);
}
