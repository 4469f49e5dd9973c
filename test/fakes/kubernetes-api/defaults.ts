/** What the server fills in where a client says nothing. */
import { withBindingDefaults, withPolicyDefaults } from "./admission/schema.ts";
import { type ApiObject, type JsonObject, objectIn, objectsIn } from "./object.ts";
import {
  clusterRoleBindings,
  policies,
  policyBindings,
  type Resource,
  roleBindings,
  secrets,
} from "./resources.ts";

export function withDefaults(resource: Resource, object: ApiObject): ApiObject {
  switch (resource) {
    case secrets:
      return { ...object, type: object["type"] ?? "Opaque" };
    case roleBindings:
    case clusterRoleBindings:
      return withGroups(object);
    case policies:
      return withPolicyDefaults(object);
    case policyBindings:
      return withBindingDefaults(object);
    default:
      return object;
  }
}

const rbacGroup = { apiGroup: roleBindings.group };

function withGroups(binding: ApiObject): ApiObject {
  const { roleRef, subjects } = binding;
  return {
    ...binding,
    ...(roleRef === undefined ? {} : { roleRef: { ...rbacGroup, ...objectIn(roleRef) } }),
    ...(subjects === undefined ? {} : { subjects: objectsIn(subjects).map(withGroup) }),
  };
}

function withGroup(subject: JsonObject): JsonObject {
  return subject["kind"] === "ServiceAccount" ? subject : { ...rbacGroup, ...subject };
}
