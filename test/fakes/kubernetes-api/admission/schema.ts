/** ValidatingAdmissionPolicy and its binding: their fields, and what the server fills in. */
import { type ApiObject, type JsonObject, objectIn, objectsIn } from "../object.ts";
import { type Schema, struct, text, textList, texts } from "../schema.ts";

const requirement = struct({ key: text, operator: text, values: textList });

const selector = struct({
  matchLabels: texts,
  matchExpressions: { type: "atomic", shape: "list", of: requirement },
});

const resourceRules: Schema = {
  type: "atomic",
  shape: "list",
  of: struct({
    apiGroups: textList,
    apiVersions: textList,
    operations: textList,
    resources: textList,
    resourceNames: textList,
    scope: text,
  }),
};

const matchResources: Schema = {
  type: "atomic",
  shape: "object",
  of: struct({
    matchPolicy: text,
    namespaceSelector: selector,
    objectSelector: selector,
    resourceRules,
    excludeResourceRules: resourceRules,
  }),
};

const named = struct({ name: text, expression: text });

const validation = struct({
  expression: text,
  message: text,
  messageExpression: text,
  reason: text,
});

export const policyFields: Readonly<Record<string, Schema>> = {
  spec: struct({
    failurePolicy: text,
    matchConstraints: matchResources,
    matchConditions: { type: "keyed-list", key: "name", of: named },
    variables: {
      type: "keyed-list",
      key: "name",
      of: { type: "atomic", shape: "object", of: named },
    },
    validations: { type: "atomic", shape: "list", of: validation },
    auditAnnotations: { type: "atomic", shape: "list" },
    paramKind: { type: "atomic", shape: "object" },
  }),
  status: { type: "atomic", shape: "object" },
};

export const bindingFields: Readonly<Record<string, Schema>> = {
  spec: struct({
    policyName: text,
    validationActions: { type: "set" },
    matchResources,
    paramRef: { type: "atomic", shape: "object" },
  }),
};

export function withPolicyDefaults(policy: ApiObject): ApiObject {
  const spec = objectIn(policy["spec"]);
  const { matchConstraints } = spec;
  return {
    ...policy,
    spec: {
      ...spec,
      failurePolicy: spec["failurePolicy"] ?? "Fail",
      ...(matchConstraints === undefined ? {} : { matchConstraints: complete(matchConstraints) }),
    },
  };
}

export function withBindingDefaults(binding: ApiObject): ApiObject {
  const spec = objectIn(binding["spec"]);
  const { matchResources: restriction } = spec;
  return restriction === undefined
    ? binding
    : { ...binding, spec: { ...spec, matchResources: complete(restriction) } };
}

function complete(value: unknown): JsonObject {
  const match = objectIn(value);
  const lists = ["resourceRules", "excludeResourceRules"].flatMap((key) =>
    match[key] === undefined ? [] : [[key, objectsIn(match[key]).map(withScope)]],
  );
  return {
    namespaceSelector: {},
    objectSelector: {},
    matchPolicy: "Equivalent",
    ...match,
    ...Object.fromEntries(lists),
  };
}

function withScope(rule: JsonObject): JsonObject {
  return { scope: "*", ...rule };
}
