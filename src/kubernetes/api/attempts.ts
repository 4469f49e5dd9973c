/** Requests that are made to be refused: as a dry run, which admission judges and nothing stores. */
import { ClusterError, type ClusterErrorKind } from "../../errors.ts";
import { fieldManager } from "../../pull-secrets/names.ts";
import type { Attempt, AttemptOutcome } from "../../rights/access.ts";
import { formatRef, refOf } from "../../rights/kubernetes-object.ts";
import type { Ask } from "./ask.ts";
import { jsonBody, metadataOnly, type ObjectRequest } from "./requests.ts";
import { objectPath } from "./resources.ts";

/** @throws ClusterError where nobody judged: the server is gone, or doesn't know who asks */
export async function makeAttempt(ask: Ask, attempt: Attempt): Promise<AttemptOutcome> {
  try {
    await ask(dryRun(attempt));
    return { outcome: "allowed" };
  } catch (error) {
    if (error instanceof ClusterError && judgedKinds.has(error.kind)) {
      return judged(error);
    }
    throw error;
  }
}

function dryRun(attempt: Attempt): ObjectRequest {
  const isApply = attempt.kind === "apply";
  const ref = isApply ? refOf(attempt.object) : attempt.ref;
  const query = new URLSearchParams({ dryRun: "All", fieldManager });
  if (isApply) {
    query.set("force", "true");
  }
  const contentType = isApply ? "apply-patch+yaml" : "merge-patch+json";
  return {
    what: `try to change ${formatRef(ref)}`,
    method: "PATCH",
    path: `${objectPath(ref)}?${query}`,
    headers: { accept: metadataOnly, "content-type": `application/${contentType}` },
    body: jsonBody(isApply ? attempt.object : attempt.patch),
  };
}

/** Answers to this one request. All other errors concern whatever might be asked. */
const judgedKinds = new Set<ClusterErrorKind>([
  "forbidden",
  "terminating",
  "not-found",
  "conflict",
  "immutable",
  "invalid",
  "server",
]);

/**
 * A webhook's refusal, or the one of another policy, proves nothing of ours: they come and go with
 * others' plans, and the API server names but one of those who refused.
 */
function judged({ message, refuser }: ClusterError): AttemptOutcome {
  if (refuser === undefined) {
    return { outcome: "unclear", message };
  }
  return refuser.by === "authorization" || isOurs(refuser.name)
    ? { outcome: "refused", by: refuser.by, message }
    : { outcome: "unclear", message };
}

/** `ecr-pull-secrets`, or with the namespace that the account lives in. */
function isOurs(policy: string): boolean {
  return policy === fieldManager || policy.startsWith(`${fieldManager}.`);
}
