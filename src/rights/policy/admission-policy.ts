/**
 * The second layer: an admission policy about our user alone, for what RBAC can't say. Whoever may
 * create a secret of one name may create it with the type `kubernetes.io/service-account-token`,
 * and read another account's token from it. Every default is spelled out, so that what an API
 * server holds can be compared with this. Pure.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { formatOwner } from "../../refresh/rules/ownership.ts";
import type { Demand, Place } from "../demand.ts";
import type { KubernetesObject } from "../kubernetes-object.ts";
import { accountUser, metadataOf, rightsName } from "../names.ts";
import type { RightsWish, Subject } from "../rights.ts";
import { celString, selects } from "./cel.ts";
import { type PolicyRule, policyRules } from "./policy-rules.ts";

const apiVersion = "admissionregistration.k8s.io/v1";

interface Variable {
  readonly name: string;
  readonly expression: string;
}

export function policyObjects(wish: RightsWish, demand: Demand): readonly KubernetesObject[] {
  const metadata = metadataOf(wish, rightsName(wish.namespace));
  const selections = selectionVariables(demand);
  const rules = policyRules({
    demand,
    subject: wish.subject,
    owner: formatOwner(wish.owner),
    selected: selections.of,
  });
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints,
        matchConditions: [{ name: "by-ecr-pull-secrets", expression: isBy(wish.subject) }],
        variables: [...changes, ...selections.variables],
        validations: rules.map(validation),
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: metadata.name, validationActions: ["Deny"] },
    },
  ];
}

const matchConstraints = {
  matchPolicy: "Equivalent",
  namespaceSelector: {},
  objectSelector: {},
  resourceRules: [
    {
      apiGroups: [""],
      apiVersions: ["*"],
      operations: ["*"],
      resources: ["secrets", "serviceaccounts", "serviceaccounts/token"],
      scope: "*",
    },
  ],
};

/** It is asked about everybody's requests, and an error in it would refuse them: so it has none. */
function isBy(subject: Subject): string {
  return subject.kind === "Group"
    ? `has(request.userInfo.groups) && ${celString(subject.name)} in request.userInfo.groups`
    : `has(request.userInfo.username) && request.userInfo.username == ${celString(accountUser(subject))}`;
}

function validation({ expression, message }: PolicyRule) {
  // 403, as when RBAC refuses; the default would be 422.
  return { expression, message, reason: "Forbidden" };
}

/** The names of what differs from before; of a new object, everything that it has. */
const changes: readonly Variable[] = [
  { name: "old", expression: "oldObject == null ? {} : oldObject" },
  ...both("metadata", ({ object }) => field(object, "metadata", "{}")),
  ...both("labels", ({ metadata }) => field(metadata, "labels", "{}")),
  ...both("annotations", ({ metadata }) => field(metadata, "annotations", "{}")),
  ...both("links", ({ object }) => {
    const names = 'map(each, has(each.name) ? each.name : "")';
    return `(${field(object, "imagePullSecrets", "[]")}).${names}`;
  }),
  { name: "changedFields", expression: changed("object", "variables.old") },
  ...["metadata", "labels", "annotations"].map((name) => ({
    name: `changed${capitalized(name)}`,
    expression: changed(`variables.${name}`, `variables.old${capitalized(name)}`),
  })),
];

function both(
  name: string,
  expression: (of: { readonly object: string; readonly metadata: string }) => string,
): readonly Variable[] {
  const after = { object: "object", metadata: "variables.metadata" };
  const before = { object: "variables.old", metadata: "variables.oldMetadata" };
  return [
    { name, expression: expression(after) },
    { name: `old${capitalized(name)}`, expression: expression(before) },
  ];
}

function field(object: string, name: string, otherwise: string): string {
  return `has(${object}.${name}) ? ${object}.${name} : ${otherwise}`;
}

function changed(after: string, before: string): string {
  return (
    `${after}.filter(each, !(each in ${before}) || ${after}[each] != ${before}[each])` +
    ` + ${before}.filter(each, !(each in ${after}))`
  );
}

/** One variable per distinct selection: a hundred secrets mostly share one. */
function selectionVariables(demand: Demand) {
  const labels = "variables.namespaceLabels";
  const expressionOf = (place: Place) => selects(place.namespaces, "request.namespace", labels);
  const places = demand.secrets.flatMap((secret) => secret.places);
  const distinct = [...new Set(places.map(expressionOf))].filter((each) => each !== "true");
  const names = new Map(distinct.map((expression, at) => [expression, `selected${at + 1}`]));
  const variables = [...names].map(([expression, name]) => ({ name, expression }));
  const usesLabels = distinct.some((expression) => expression.includes(labels));
  return {
    of: (place: Place) => {
      const expression = expressionOf(place);
      return expression === "true" ? expression : `variables.${names.get(expression)}`;
    },
    variables: usesLabels ? [namespaceLabels, ...variables] : variables,
  };
}

const namespaceLabels: Variable = {
  name: "namespaceLabels",
  expression: field("namespaceObject.metadata", "labels", "{}"),
};

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
