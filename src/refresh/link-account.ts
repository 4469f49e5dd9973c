/**
 * Add a pull secret to a service account. The list is atomic for the API server, and others keep
 * theirs in it: read, add, patch guarded by the version, and again if somebody was faster.
 */
import { ClusterError } from "../errors.ts";
import type { ClusterApi, ServiceAccountState } from "./ports.ts";
import type { AccountLink } from "./rules/link-accounts.ts";

const maxAttempts = 8;

export type LinkOutcome = "linked" | "already-linked" | "gone";

/** @throws ClusterError */
export async function linkAccount(link: AccountLink, api: ClusterApi): Promise<LinkOutcome> {
  let account: ServiceAccountState | undefined = link.account;
  for (let attempt = 1; account; attempt += 1) {
    if (account.imagePullSecrets.includes(link.pullSecret)) {
      return "already-linked";
    }
    try {
      await api.setImagePullSecrets(account, [...account.imagePullSecrets, link.pullSecret]);
      return "linked";
    } catch (error) {
      if (isKind(error, "not-found")) {
        return "gone";
      }
      if (!isKind(error, "conflict") || attempt === maxAttempts) {
        throw error;
      }
      account = await api.findServiceAccount(account.namespace, account.name);
    }
  }
  return "gone";
}

function isKind(error: unknown, kind: ClusterError["kind"]): boolean {
  return error instanceof ClusterError && error.kind === kind;
}
