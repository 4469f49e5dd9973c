/**
 * Judges requests by a ValidatingAdmissionPolicy as the API server does: match conditions first, then
 * every validation, with variables evaluated when an expression first asks for them.
 */
import { Environment } from "@marcbachmann/cel-js";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";

/** Of group `apps`, the scale of a workload among them. */
type AppsKind = "Deployment" | "StatefulSet" | "DaemonSet" | "Scale";

export interface AdmissionRequest {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly kind: "Secret" | "ServiceAccount" | "TokenRequest" | AppsKind;
  readonly operation?: "CREATE" | "UPDATE" | "DELETE";
  readonly namespace: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly name: string;
  readonly object?: object;
  readonly oldObject?: object;
}

const coreKinds: readonly string[] = ["Secret", "ServiceAccount", "TokenRequest"];

interface PolicySpec {
  readonly matchConditions: readonly { readonly expression: string }[];
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

/** What a policy says to requests: undefined, if nothing against it; else the first message. */
export type Judge = (request: AdmissionRequest) => string | undefined;

const environment = new Environment({ unlistedVariablesAreDyn: true });

export function judgeBy(policy: KubernetesObject): Judge {
  const spec = policy["spec"] as PolicySpec;
  const parse = ({ expression }: { readonly expression: string }) => environment.parse(expression);
  const conditions = spec.matchConditions.map(parse);
  const variables = spec.variables.map(({ name, expression }) => {
    return [name, environment.parse(expression)] as const;
  });
  const validations = spec.validations.map((each) => ({ ...each, evaluate: parse(each) }));
  return (request) => {
    const context: Record<string, unknown> = { ...bindings(request), variables: {} };
    for (const [name, evaluate] of variables) {
      define(context["variables"] as object, name, () => evaluate(context));
    }
    if (!conditions.every((evaluate) => evaluate(context) === true)) return undefined;
    return validations.find(({ evaluate }) => evaluate(context) !== true)?.message;
  };
}

function bindings({ object, oldObject, ...request }: AdmissionRequest) {
  const { user, groups, kind, operation = "CREATE", namespace, name } = request;
  const labels = request.namespaceLabels ? { labels: request.namespaceLabels } : {};
  return {
    object: object ?? null,
    oldObject: oldObject ?? null,
    namespaceObject: { metadata: { name: namespace, ...labels } },
    request: {
      kind: { group: "", version: "v1", kind },
      resource: { group: coreKinds.includes(kind) ? "" : "apps" },
      operation,
      namespace,
      name,
      userInfo: { ...(user === undefined ? {} : { username: user }), ...(groups && { groups }) },
    },
  };
}

function define(target: object, name: string, evaluate: () => unknown): void {
  const get = () => {
    const value = evaluate();
    Object.defineProperty(target, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(target, name, { get, enumerable: true, configurable: true });
}
