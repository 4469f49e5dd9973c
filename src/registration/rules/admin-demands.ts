/** What an administrator must be allowed, so that the steps of a plan can be carried out. Pure. */
import type { AccessQuestion } from "../../rights/access.ts";
import { formatRef, type KubernetesObject, refOf } from "../../rights/kubernetes-object.ts";
import type { ObjectStep } from "./judge-object.ts";

/** Met if all questions of any of the ways are answered with yes. */
export interface AdminDemand {
  /** For people: `create ClusterRole ecr-pull-secrets`. */
  readonly what: string;
  readonly kind: string;
  readonly ways: readonly (readonly AccessQuestion[])[];
}

/** Server-side apply is a patch; of what isn't there yet, a create as well. */
const verbsOf = {
  create: ["create", "patch"],
  change: ["patch"],
  remove: ["delete"],
  keep: [],
  wait: [],
} as const satisfies Record<ObjectStep["verb"], readonly string[]>;

export function demandsOf(steps: readonly ObjectStep[]): readonly AdminDemand[] {
  const roles = steps.map(({ object }) => object).filter(isRole);
  return steps.flatMap((step) => {
    const { kind } = step.object;
    const what = `${step.verb} ${formatRef(refOf(step.object))}`;
    const target = targetOf(step.object);
    const writes = verbsOf[step.verb].map((verb) => ({ verb, ...target }));
    if (writes.length === 0) {
      return [];
    }
    const given = step.verb === "remove" ? undefined : rightsGiven(step.object, roles);
    return [{ what, kind, ways: [writes] }, ...(given ? [{ what, kind, ways: given }] : [])];
  });
}

/**
 * Nobody may give rights that they don't hold themselves, unless they may `escalate` the role or
 * `bind` it: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
function rightsGiven(
  object: KubernetesObject,
  roles: readonly KubernetesObject[],
): AdminDemand["ways"] | undefined {
  if (isRole(object)) {
    return [[{ verb: "escalate", ...targetOf(object) }], heldRights(object)];
  }
  const role = roles.find((each) => binds(object, each));
  return role && [[{ verb: "bind", ...targetOf(role) }], heldRights(role)];
}

function isRole({ kind }: KubernetesObject): boolean {
  return kind === "Role" || kind === "ClusterRole";
}

function binds(object: KubernetesObject, role: KubernetesObject): boolean {
  const { roleRef } = object as { readonly roleRef?: { readonly name?: unknown } };
  return (
    object.kind === `${role.kind}Binding` &&
    roleRef?.name === role.metadata.name &&
    object.metadata.namespace === role.metadata.namespace
  );
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs?: readonly string[];
}

/** Each right that a role gives, as a question. */
function heldRights(role: KubernetesObject): readonly AccessQuestion[] {
  const { rules = [] } = role as { readonly rules?: readonly Rule[] };
  const { namespace } = role.metadata;
  return rules.flatMap(
    ({ apiGroups = [], resources = [], resourceNames = [undefined], verbs = [] }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((path) =>
          resourceNames.flatMap((name) =>
            verbs.map((verb) => questionOf({ verb, group, path, namespace, name })),
          ),
        ),
      ),
  );
}

interface Right {
  readonly verb: string;
  readonly group: string;
  /** `serviceaccounts/token` */
  readonly path: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

function questionOf({ verb, group, path, namespace, name }: Right): AccessQuestion {
  const [resource = "", subresource] = path.split("/");
  return {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

export function targetOf({
  apiVersion,
  kind,
  metadata,
}: KubernetesObject): Omit<AccessQuestion, "verb"> {
  const { name, namespace } = metadata;
  return {
    group: apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "",
    resource: pluralOf(kind),
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** True of all kinds that rights are made of. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  return lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
