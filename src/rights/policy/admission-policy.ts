/**
 * The second layer: an admission policy about our user alone, for what RBAC can't say. Whoever may
 * create a secret of one name may create it with the type `kubernetes.io/service-account-token`,
 * and read another account's token from it. Every default is spelled out, so that what an API
 * server holds can be compared with this. Pure.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { formatOwner } from "../../refresh/rules/ownership.ts";
import { asksForContent, type Demand, workloadsOf } from "../demand.ts";
import type { KubernetesObject } from "../kubernetes-object.ts";
import { accountUser, metadataOf, rightsName } from "../names.ts";
import type { RightsWish, Subject } from "../rights.ts";
import { workloadGroup, workloadResources } from "../workload-resources.ts";
import { celString } from "./cel.ts";
import { type PolicyRule, policyRules } from "./policy-rules.ts";
import {
  changes,
  contentChanges,
  selectionVariables,
  workloadChanges,
} from "./policy-variables.ts";

const apiVersion = "admissionregistration.k8s.io/v1";

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
        matchConstraints: matchConstraints(demand),
        matchConditions: [{ name: "by-ecr-pull-secrets", expression: isBy(wish.subject) }],
        variables: [
          ...changes,
          ...(asksForContent(demand) ? contentChanges : []),
          ...(workloadsOf(demand.secrets).length > 0 ? workloadChanges : []),
          ...selections.variables,
        ],
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

const coreResources = ["secrets", "serviceaccounts", "serviceaccounts/token"];

/** With all that lies below them, such as their scale. */
const workloads = Object.values(workloadResources).map(({ plural }) => `${plural}/*`);

/** Nobody is asked about workloads where the config has none: a policy costs each request a little. */
function matchConstraints({ secrets }: Demand) {
  const restarts = workloadsOf(secrets).length > 0;
  return {
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    resourceRules: [
      resourceRule("", coreResources),
      ...(restarts ? [resourceRule(workloadGroup, workloads)] : []),
    ],
  };
}

function resourceRule(group: string, resources: readonly string[]) {
  return { apiGroups: [group], apiVersions: ["*"], operations: ["*"], resources, scope: "*" };
}

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
