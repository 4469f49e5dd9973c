/** A question about a right as a person would ask it: `list secrets ecr-pull in all namespaces`. */
import type { AccessQuestion } from "./access.ts";

/** Of those that we ask about; the others live in namespaces. */
const clusterWide = new Set([
  "namespaces",
  "nodes",
  "users",
  "groups",
  "clusterroles",
  "clusterrolebindings",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "mutatingwebhookconfigurations",
  "certificatesigningrequests",
]);

export function describeQuestion(question: AccessQuestion): string {
  const { verb, group, resource, subresource, namespace, name } = question;
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  const what = group === "" ? path : `${path}.${group}`;
  const which = name === undefined ? "" : ` ${name}`;
  if (clusterWide.has(resource)) return `${verb} ${what}${which}`;
  const where = namespace === undefined ? "all namespaces" : `namespace ${namespace}`;
  return `${verb} ${name === undefined ? "any " : ""}${what}${which} in ${where}`;
}
