/** What a sweep does in a cluster, one thing at a time, each told to the ledger. */
import { ClusterError } from "../../errors.ts";
import type { ClusterApi, CredentialSource } from "../ports.ts";
import type { Judge } from "../rules/judge-secret.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import type { SecretDeletion } from "../rules/orphans.ts";
import type { Restart } from "../rules/restarts.ts";
import type { SecretWrite } from "../rules/secret-write.ts";
import { linkAccount, unlinkAccount } from "./link-account.ts";
import { restartWorkload } from "./restart-workload.ts";
import type { RunContext, Task } from "./run-tasks.ts";
import { type WriteContext, writeSecret } from "./write-secret.ts";

export interface ApplyContext extends RunContext {
  readonly api: ClusterApi;
  readonly credentials: CredentialSource;
  readonly judge: Judge;
}

export function writeTask(
  write: SecretWrite,
  context: ApplyContext & Pick<WriteContext, "minted" | "composed">,
): Task {
  const { api, credentials, judge, minted, composed, ledger } = context;
  const covers = credentials.covers.bind(credentials);
  return {
    pullSecret: write.secret.name,
    namespace: write.namespace,
    write,
    run: async () =>
      ledger.wrote(write, await writeSecret(write, { api, covers, judge, minted, composed })),
  };
}

export function linkTask(link: AccountLink, { api, ledger }: ApplyContext): Task {
  return {
    pullSecret: link.pullSecret,
    namespace: link.account.namespace,
    run: async () => ledger.changes.linked(link, await linkAccount(link, api)),
  };
}

/** @param owed links that are still to be taken out */
export function unlinkTask(link: AccountLink, owed: Set<AccountLink>, context: ApplyContext): Task {
  const { api, ledger } = context;
  return {
    pullSecret: link.pullSecret,
    namespace: link.account.namespace,
    run: async () => {
      ledger.changes.unlinked(link, await unlinked(unlinkAccount(link, api)));
      owed.delete(link);
    },
  };
}

/** The right to it went with the wish: that is for a person to mend, and nothing waits for them. */
async function unlinked<T>(unlinking: Promise<T>): Promise<T | "refused"> {
  try {
    return await unlinking;
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "forbidden") {
      return "refused";
    }
    throw error;
  }
}

/** Judged anew: what was to be written may not have been. */
export function restartTask({ workload, pullSecrets }: Restart, context: ApplyContext): Task {
  const { api, judge, ledger } = context;
  const { namespace } = workload;
  return {
    pullSecret: pullSecrets[0] ?? "",
    namespace,
    run: async () => {
      const held = pullSecrets.map((name) => [name, ledger.contentOf(name, namespace)] as const);
      const contents = new Map(held);
      ledger.changes.restarted(await restartWorkload(workload, { api, judge, contents }));
    },
  };
}

export function deletionTask(deletion: SecretDeletion, { api, ledger }: ApplyContext): Task {
  const { pullSecret, namespace, uid } = deletion;
  return {
    pullSecret,
    namespace,
    run: async () =>
      ledger.changes.deleted(deletion, await deleted(api.deleteSecret(namespace, pullSecret, uid))),
  };
}

/** A secret that went, or was made anew by somebody, isn't the orphan that we judged: not ours. */
async function deleted(deletion: Promise<void>): Promise<"deleted" | "elsewhere"> {
  try {
    await deletion;
    return "deleted";
  } catch (error) {
    const elsewhere = error instanceof ClusterError && /^(conflict|not-found)$/.test(error.kind);
    if (elsewhere) {
      return "elsewhere";
    }
    throw error;
  }
}
