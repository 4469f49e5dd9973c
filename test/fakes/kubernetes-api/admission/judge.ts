/** ValidatingAdmissionPolicies at work: each write is put to those that are bound to it. */
import { type ApiObject, objectIn, textsIn } from "../object.ts";
import { namespaces, policies, policyBindings } from "../resources.ts";
import { ApiError, qualified, Surprise } from "../status.ts";
import type { Store } from "../store.ts";
import { toCel } from "./cel.ts";
import { matches } from "./match.ts";
import { type Context, policyOf } from "./policy.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { type AdmissionReview, requestVariable } from "./review.ts";

/** @throws ApiError when a policy refuses */
export type Judge = (review: AdmissionReview) => void;

interface Pair {
  readonly policy: ApiObject;
  readonly binding: ApiObject;
}

/**
 * `lag`: so many requests that a new policy or binding is about pass before it is in effect; until
 * then the one before it judges. A real server takes about a second.
 */
export function createJudge(store: Store, lag: number): Judge {
  const inEffect = new Map<string, Pair>();
  const passed = new Map<string, number>();

  function effective(pair: Pair): Pair | undefined {
    const { uid, resourceVersion } = pair.binding.metadata;
    const version = `${uid} ${resourceVersion} ${pair.policy.metadata.resourceVersion}`;
    const seen = passed.get(version) ?? 0;
    if (seen >= lag) {
      inEffect.set(String(uid), pair);
      return pair;
    }
    passed.set(version, seen + 1);
    return inEffect.get(String(uid));
  }

  return (review) => {
    // Or else a policy could forbid its own removal.
    if (review.resource.group === policies.group) {
      return;
    }
    const labels = namespaceLabels(store, review);
    for (const pair of boundPolicies(store)) {
      const asked = isAbout(pair, review, labels) ? effective(pair) : undefined;
      if (asked !== undefined) {
        put(asked, review, store);
      }
    }
  };
}

function boundPolicies(store: Store): Pair[] {
  return store.list(policyBindings).flatMap(({ object: binding }) => {
    const policy = store.get(policies, undefined, String(objectIn(binding["spec"])["policyName"]));
    return policy === undefined ? [] : [{ policy, binding }];
  });
}

type Labels = Readonly<Record<string, string>>;

function isAbout({ policy, binding }: Pair, review: AdmissionReview, labels: Labels | undefined) {
  return (
    matches(objectIn(policy["spec"])["matchConstraints"], review, labels) &&
    matches(objectIn(binding["spec"])["matchResources"], review, labels)
  );
}

function namespaceLabels(store: Store, review: AdmissionReview): Labels | undefined {
  const own = review.object ?? review.oldObject;
  const namespace = review.resource === namespaces ? own : namespaceOf(store, review);
  return namespace === undefined ? undefined : (namespace.metadata.labels ?? {});
}

function namespaceOf(store: Store, { resource, namespace }: AdmissionReview) {
  return resource.namespaced && namespace !== undefined
    ? store.get(namespaces, undefined, namespace)
    : undefined;
}

function put({ policy, binding }: Pair, review: AdmissionReview, store: Store): void {
  const refusal = refusalOf(policyOf(policy), contextOf(review, store));
  if (refusal === undefined) {
    return;
  }
  const actions = textsIn(objectIn(binding["spec"])["validationActions"]);
  if (actions.includes("Deny")) {
    const names = { policy: policy.metadata.name, binding: binding.metadata.name };
    throw refused(review, { ...names, ...refusal });
  }
  if (actions.includes("Warn")) {
    throw new Surprise("a warning of an admission policy");
  }
}

function contextOf(review: AdmissionReview, store: Store): Context {
  return {
    request: toCel(requestVariable(review)),
    object: toCel(review.object),
    oldObject: toCel(review.oldObject),
    namespaceObject: toCel(namespaceOf(store, review)),
  };
}

const codes: Readonly<Record<string, number>> = {
  Invalid: 422,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
};

interface Verdict extends Refusal {
  readonly policy: string;
  readonly binding: string;
}

function refused(review: AdmissionReview, verdict: Verdict): ApiError {
  const { resource, name } = review;
  const message = `ValidatingAdmissionPolicy '${verdict.policy}' with binding '${verdict.binding}' denied request: ${verdict.message}`;
  return new ApiError(
    codes[verdict.reason] ?? 422,
    `${qualified(resource)} "${name}" is forbidden: ${message}`,
    {
      reason: verdict.reason,
      details: {
        name,
        ...(resource.group === "" ? {} : { group: resource.group }),
        kind: resource.plural,
        causes: [{ message }],
      },
    },
  );
}
