/**
 * Put a pull secret into a service account's list, or take it out. The list is atomic for the API
 * server, and others keep theirs in it: read, change, patch guarded by the version, and again if
 * somebody was faster.
 */
import { ClusterError } from "../../errors.ts";
import type { ClusterApi, ServiceAccountState } from "../ports.ts";
import type { AccountLink } from "../rules/link-accounts.ts";

const maxAttempts = 8;

/** `as-it-was`: there was nothing to change; `gone`: the account itself. */
export type LinkOutcome = "changed" | "as-it-was" | "gone";

/** @throws ClusterError */
export function linkAccount(link: AccountLink, api: ClusterApi): Promise<LinkOutcome> {
  const { pullSecret } = link;
  return editLinks(link, api, (links) =>
    links.includes(pullSecret) ? links : [...links, pullSecret],
  );
}

/** Others' entries stay, in their order. @throws ClusterError */
export function unlinkAccount(link: AccountLink, api: ClusterApi): Promise<LinkOutcome> {
  const { pullSecret } = link;
  return editLinks(link, api, (links) => links.filter((name) => name !== pullSecret));
}

async function editLinks(
  link: AccountLink,
  api: ClusterApi,
  edit: (links: readonly string[]) => readonly string[],
): Promise<LinkOutcome> {
  let account: ServiceAccountState | undefined = link.account;
  for (let attempt = 1; account; attempt += 1) {
    const links = edit(account.imagePullSecrets);
    if (links.length === account.imagePullSecrets.length) {
      return "as-it-was";
    }
    try {
      await api.setImagePullSecrets(account, links);
      return "changed";
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
