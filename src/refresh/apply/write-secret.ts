/** Apply one secret: compose it, write it guarded by what was seen, look again once if that is stale. */
import { literalNamespaces } from "../../config/namespace-selection.ts";
import { ClusterError } from "../../errors.ts";
import { layoutOf } from "../../pull-secrets/layout.ts";
import { pullSecretManifest } from "../../pull-secrets/manifest.ts";
import type { RegistryStamp } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { ClusterApi, CredentialSource } from "../ports.ts";
import { chooseContents, type MintedCredentials } from "../rules/choose-contents.ts";
import {
  type Finding,
  goneNamespace,
  immutableType,
  missingNamespace,
  terminatingNamespace,
} from "../rules/findings.ts";
import { type Judge, judgeSecret } from "../rules/judge-secret.ts";
import { formatOwner } from "../rules/ownership.ts";
import { rememberedAccounts } from "../rules/remembered-accounts.ts";
import type { SecretWrite } from "../rules/secret-write.ts";
import { type Composed, composeContents } from "./compose-contents.ts";

export interface WriteContext {
  readonly api: ClusterApi;
  readonly covers: CredentialSource["covers"];
  readonly judge: Judge;
  readonly minted: MintedCredentials;
  readonly composed: Map<DesiredPullSecret, Promise<Composed>>;
}

export type WriteOutcome =
  /** `write` is what was done in the end: another than was planned, if we had to look again. */
  | {
      readonly result: "written";
      readonly write: SecretWrite;
      readonly stamps: WrittenStamps;
      /** Keys of registries whose entry was taken out, since it has expired and can't be renewed. */
      readonly lapsed: readonly string[];
    }
  /** None of the registries that are due could be minted: what is there stays. */
  | { readonly result: "kept" }
  /** Another sweep was faster. */
  | { readonly result: "current"; readonly stamps: WrittenStamps }
  | { readonly result: "found"; readonly finding: Finding };

/** What the secret holds now, by registry key. */
type WrittenStamps = ReadonlyMap<string, RegistryStamp>;

/** @throws ClusterError for anything that isn't an outcome of its own */
export async function writeSecret(
  write: SecretWrite,
  context: WriteContext,
): Promise<WriteOutcome> {
  try {
    return await attempt(write, context);
  } catch (error) {
    if (!(error instanceof ClusterError)) {
      throw error;
    }
    return error.kind === "conflict" ? lookAgain(write, context) : explain(error, write);
  }
}

/** Somebody was faster, or the API server's cache was behind: judge what is there now, once. */
async function lookAgain(write: SecretWrite, context: WriteContext): Promise<WriteOutcome> {
  const { secret, namespace, awaited } = write;
  const state = await context.api.getSecret(namespace, secret.name);
  const verdict = judgeSecret(secret, namespace, state, { ...context.judge, awaited });
  switch (verdict.verdict) {
    case "leave":
      return { result: "found", finding: verdict.finding };
    case "current":
      return { result: "current", stamps: verdict.stamps.registries };
    case "write":
      try {
        return await attempt({ ...verdict.write, stillLinked: write.stillLinked }, context);
      } catch (error) {
        if (error instanceof ClusterError) {
          return explain(error, write);
        }
        throw error;
      }
  }
}

async function attempt(write: SecretWrite, context: WriteContext): Promise<WriteOutcome> {
  const contents = chooseContents(write, context.minted, context.judge.now);
  if (!contents) {
    return write.otherwise ? { result: "found", finding: write.otherwise } : { result: "kept" };
  }
  const { data, stamps } = await composeContents(write, contents, context);
  const lapsed = contents.lapsed.map(({ key }) => key);
  if (stamps.size === 0 && lapsed.length === 0) {
    return { result: "kept" };
  }
  const manifest = pullSecretManifest({
    namespace: write.namespace,
    name: write.secret.name,
    layout: layoutOf(write.secret.format),
    data,
    stamps: {
      owner: formatOwner(context.judge.owner),
      refreshedAt: context.judge.now,
      shape: write.secret.shape,
      registries: stamps,
      serviceAccounts: rememberedAccounts(write),
      contention: write.contention,
    },
  });
  const resourceVersion = write.existing?.state.resourceVersion;
  // Without force, a secret that somebody else made since we looked conflicts, and stays theirs.
  await context.api.applySecret(manifest, {
    force: resourceVersion !== undefined,
    resourceVersion,
  });
  return { result: "written", write, stamps, lapsed };
}

function absentNamespace(secret: DesiredPullSecret, namespace: string): Finding {
  const named = literalNamespaces(secret.namespaces)?.includes(namespace);
  return (named ? missingNamespace : goneNamespace)(secret.name, namespace);
}

/** Errors that are not failures of ours, or have a remedy of their own. */
function explain(error: ClusterError, { secret, namespace }: SecretWrite): WriteOutcome {
  switch (error.kind) {
    case "terminating":
      return { result: "found", finding: terminatingNamespace(secret.name, namespace) };
    case "not-found":
      return { result: "found", finding: absentNamespace(secret, namespace) };
    case "immutable":
      return { result: "found", finding: immutableType(secret.name, namespace) };
    default:
      throw error;
  }
}
