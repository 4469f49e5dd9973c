/** What a policy is asked about: one write, as its expressions see it. */
import type { Change } from "../guard.ts";
import type { Resource } from "../resources.ts";
import type { User } from "../rules.ts";

export interface AdmissionReview extends Change {
  readonly resource: Resource;
  readonly subresource: string | undefined;
  /** Of what was sent: a TokenRequest for the tokens of an account. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly name: string;
  /** Of a namespace itself: its own name. */
  readonly namespace: string | undefined;
  readonly user: User;
  readonly dryRun: boolean;
  /** As the client named itself; undefined: it didn't. */
  readonly manager: string | undefined;
}

export type Operation = "CREATE" | "UPDATE" | "DELETE";

export function operationOf({ object, oldObject }: Change): Operation {
  if (object === undefined) {
    return "DELETE";
  }
  return oldObject === undefined ? "CREATE" : "UPDATE";
}

const optionKinds = { CREATE: "CreateOptions", UPDATE: "UpdateOptions", DELETE: "DeleteOptions" };

/** The variable `request`: what is empty isn't there, which expressions have to mind. */
export function requestVariable(review: AdmissionReview): object {
  const { resource, subresource, kind, user } = review;
  const operation = operationOf(review);
  const place = { group: resource.group, version: resource.version, resource: resource.plural };
  return withoutEmpty({
    kind,
    requestKind: kind,
    resource: place,
    requestResource: place,
    subResource: subresource,
    requestSubResource: subresource,
    name: review.name,
    namespace: review.namespace,
    operation,
    userInfo: withoutEmpty({
      username: user.name,
      uid: user.uid,
      groups: user.groups,
      extra: user.extra,
    }),
    dryRun: review.dryRun,
    options: withoutEmpty({
      apiVersion: "meta.k8s.io/v1",
      kind: optionKinds[operation],
      fieldManager: review.manager,
      dryRun: review.dryRun ? ["All"] : undefined,
    }),
  });
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): object {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(kept);
}
