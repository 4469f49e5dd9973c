/** Admission policies and their bindings as objects: what the server fills in, and what it refuses. */
import { describe, expect, test } from "vitest";
import {
  type ContractContext,
  expectFailure,
  expectStatus,
  listMetadata,
  merge,
  owners,
} from "./context.ts";
import {
  allSecrets,
  applyTo,
  bindingBody,
  bindingsPath,
  policiesPath,
  policyBody,
} from "./policy-scene.ts";

const valid = {
  matchConstraints: { resourceRules: [allSecrets] },
  validations: [{ expression: "true" }],
};

export function policyObjectContract(context: ContractContext): void {
  const applyPolicy = (name: string, spec: object | undefined, query = "") =>
    applyTo(context.admin, `${policiesPath}/${name}`, policyBody(name, spec), query);
  const applyBinding = (name: string, spec: object | undefined, query = "") =>
    applyTo(context.admin, `${bindingsPath}/${name}`, bindingBody(name, spec), query);

  describe("an admission policy", () => {
    test("is completed, counted and owned field by field", async () => {
      const name = context.unique("p");
      const answer = await applyPolicy(name, {
        ...valid,
        matchConditions: [{ name: "c", expression: "true" }],
        variables: [{ name: "v", expression: "1" }],
      });
      expectStatus(answer, 201);
      expect(answer.at("metadata", "generation")).toBe(1);
      expect(answer.at("spec")).toEqual({
        failurePolicy: "Fail",
        matchConstraints: {
          matchPolicy: "Equivalent",
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [{ ...allSecrets, scope: "*" }],
        },
        matchConditions: [{ name: "c", expression: "true" }],
        variables: [{ name: "v", expression: "1" }],
        validations: [{ expression: "true" }],
      });
      expect(owners(answer)).toEqual([
        [
          "applier",
          "Apply",
          {
            "f:spec": {
              "f:matchConditions": {
                'k:{"name":"c"}': { ".": {}, "f:expression": {}, "f:name": {} },
              },
              "f:matchConstraints": {},
              "f:validations": {},
              "f:variables": { 'k:{"name":"v"}': {} },
            },
          },
        ],
      ]);
    });

    test("isn't written again where nothing changes, and drops what is no longer applied", async () => {
      const name = context.unique("p");
      const full = {
        ...valid,
        matchConditions: [
          { name: "a", expression: "true" },
          { name: "b", expression: "true" },
        ],
        variables: [
          { name: "v", expression: "1" },
          { name: "w", expression: "2" },
        ],
      };
      const first = await applyPolicy(name, full);
      const again = await applyPolicy(name, full);
      expect(again.at("metadata", "resourceVersion")).toBe(first.at("metadata", "resourceVersion"));
      const changed = await applyPolicy(name, {
        ...valid,
        matchConditions: [{ name: "b", expression: "false" }],
        variables: [{ name: "w", expression: "3" }],
      });
      expect(changed.at("spec", "matchConditions")).toEqual([{ name: "b", expression: "false" }]);
      expect(changed.at("spec", "variables")).toEqual([{ name: "w", expression: "3" }]);
      expect(changed.at("metadata", "generation")).toBe(2);
      const labelled = await merge(context.admin, `${policiesPath}/${name}`, {
        metadata: { labels: { run: name } },
      });
      expect(labelled.at("metadata", "generation")).toBe(2);
    });

    test("is shared by managers, condition by condition", async () => {
      const name = context.unique("p");
      const condition = { name: "c", expression: "true" };
      await applyPolicy(name, { ...valid, matchConditions: [condition] });
      const shared = await applyTo(
        context.admin,
        `${policiesPath}/${name}`,
        policyBody(name, { matchConditions: [{ name: "c" }, { ...condition, name: "d" }] }),
        "",
        "other",
      );
      expect(shared.at("spec", "matchConditions")).toEqual([
        condition,
        { ...condition, name: "d" },
      ]);
      const left = await applyPolicy(name, valid);
      // The other still names c, and nobody its expression.
      expect(left.status).toBe(422);
    });

    test("is listed by its labels, and deleted with its UID as precondition", async () => {
      const name = context.unique("p");
      const body = { metadata: { name, labels: { run: name } }, spec: valid };
      const created = await context.admin.send("POST", policiesPath, { body });
      expectStatus(created, 201);
      const uid = created.at("metadata", "uid");
      const list = await context.admin.send("GET", `${policiesPath}?labelSelector=run%3D${name}`);
      expect(list.at("kind")).toBe("ValidatingAdmissionPolicyList");
      expect(list.at("items", 0, "metadata", "uid")).toBe(uid);
      expect(list.at("items", 1)).toBeUndefined();
      const path = `${policiesPath}/${name}`;
      expectFailure(
        await context.admin.send("DELETE", path, { body: { preconditions: { uid: "other" } } }),
        409,
        "Conflict",
        `^Operation cannot be fulfilled on ValidatingAdmissionPolicy.admissionregistration.k8s.io "${name}": the UID in the precondition`,
      );
      const deleted = await context.admin.send("DELETE", path, {
        body: { preconditions: { uid } },
      });
      expect(deleted.at("details")).toEqual({
        name,
        group: "admissionregistration.k8s.io",
        kind: "validatingadmissionpolicies",
        uid,
      });
      expectFailure(
        await context.admin.send("GET", path),
        404,
        "NotFound",
        `^validatingadmissionpolicies.admissionregistration.k8s.io "${name}" not found$`,
      );
    });

    test("shows its metadata alone", async () => {
      const answer = await context.admin.send("GET", policiesPath, { accept: listMetadata });
      expect(answer.at("kind")).toBe("PartialObjectMetadataList");
    });
  });

  describe("of an admission policy", () => {
    const rule = (fields: object) => ({
      ...valid,
      matchConstraints: { resourceRules: [{ ...allSecrets, ...fields }] },
    });
    const expression = (text: string) => ({ validations: [{ expression: text }] });
    const validation = (fields: object) => ({
      ...valid,
      validations: [{ expression: "true", ...fields }],
    });
    const condition = (fields: object) => ({ ...valid, matchConditions: [fields] });
    const variable = (...all: object[]) => ({ ...valid, variables: all });

    test.each<[what: string, spec: object | undefined, field: string, message: RegExp]>([
      ["no spec", undefined, "spec.matchConstraints", /^Required value$/],
      ["no validations", { ...valid, validations: [] }, "spec.validations", /at least one item$/],
      [
        "no rules",
        { ...valid, matchConstraints: {} },
        "spec.matchConstraints.resourceRules",
        /^Required value$/,
      ],
      [
        "no operations",
        rule({ operations: [] }),
        "spec.matchConstraints.resourceRules[0].operations",
        /^Required value$/,
      ],
      [
        "an unknown operation",
        rule({ operations: ["PATCH"] }),
        "spec.matchConstraints.resourceRules[0].operations[0]",
        /^Unsupported value: "PATCH": supported values: "\*", "CONNECT", "CREATE", "DELETE", "UPDATE"$/,
      ],
      [
        "too many operations",
        rule({ operations: ["*", "CREATE"] }),
        "spec.matchConstraints.resourceRules[0].operations",
        /if '\*' is present, must not specify other operations$/,
      ],
      [
        "too many resources",
        rule({ resources: ["*", "pods"] }),
        "spec.matchConstraints.resourceRules[0].resources",
        /if '\*' is present, must not specify other resources without subresources$/,
      ],
      [
        "an unknown scope",
        rule({ scope: "Here" }),
        "spec.matchConstraints.resourceRules[0].scope",
        /^Unsupported value: "Here"/,
      ],
      [
        "an unknown failure policy",
        { ...valid, failurePolicy: "Perhaps" },
        "spec.failurePolicy",
        /^Unsupported value: "Perhaps": supported values: "Fail", "Ignore"$/,
      ],
      [
        "an unknown reason",
        validation({ reason: "Never" }),
        "spec.validations[0].reason",
        /^Unsupported value: "Never": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"$/,
      ],
      [
        "a message of two lines",
        validation({ message: "a\nb" }),
        "spec.validations[0].message",
        /must not contain line breaks$/,
      ],
      [
        "a message that isn't text",
        validation({ messageExpression: "1" }),
        "spec.validations[0].messageExpression",
        /must evaluate to string but got int$/,
      ],
      [
        "no expression",
        { ...valid, validations: [{ message: "x" }] },
        "spec.validations[0].expression",
        /^Required value: expression is not specified$/,
      ],
      [
        "bad syntax",
        { ...valid, ...expression("a &&") },
        "spec.validations[0].expression",
        /^Invalid value: "a &&": compilation failed: ERROR: <input>:1:\d+: /,
      ],
      ...[
        "nothing",
        "request.nothing == ''",
        "request.object == null",
        "request.operation == 1",
        "namespaceObject.kind == ''",
        "variables.nothing",
        "params == null",
        "1 == 1.0",
        "[1, 'a'] == []",
        "[object.kind, 'a'].all(x, x != '')",
        "{'a': 1, 'b': 'x'} == {}",
        "object.nothing(1)",
        "nothing(1)",
        "cel.bind(a, true, a)",
        "b'{}'.json() == {}",
      ].map((text): [string, object, string, RegExp] => [
        `an expression that can't be compiled: ${text}`,
        { ...valid, ...expression(text) },
        "spec.validations[0].expression",
        /compilation failed: ERROR: <input>:1:\d+: /,
      ]),
      [
        "an expression that isn't true or false",
        { ...valid, ...expression("'x'") },
        "spec.validations[0].expression",
        /^Invalid value: "'x'": must evaluate to bool but got string$/,
      ],
      [
        "an expression of any type",
        { ...valid, ...expression("object.data.a") },
        "spec.validations[0].expression",
        /must evaluate to bool but got dyn$/,
      ],
      [
        "a condition without a name",
        condition({ expression: "true" }),
        "spec.matchConditions[0].name",
        /^Required value$/,
      ],
      [
        "a condition with a bad name",
        condition({ name: "a b", expression: "true" }),
        "spec.matchConditions[0].name",
        /^Invalid value: "a b": name part must consist of/,
      ],
      [
        "a condition with variables",
        { ...variable(boolean("v")), ...condition({ name: "c", expression: "variables.v" }) },
        "spec.matchConditions[0].expression",
        /compilation failed: ERROR/,
      ],
      [
        "a variable with a bad name",
        variable(boolean("a-b")),
        "spec.variables[0].name",
        /^Invalid value: "a-b": must be a valid CEL identifier$/,
      ],
      [
        "a variable that comes later",
        variable({ name: "a", expression: "variables.b" }, boolean("b")),
        "spec.variables[0].expression",
        /compilation failed: ERROR/,
      ],
      [
        "a variable of another type",
        { ...variable({ name: "b", expression: "'x'" }), ...expression("variables.b == 1") },
        "spec.validations[0].expression",
        /compilation failed: ERROR/,
      ],
    ])("%s is refused", async (_what, spec, field, message) => {
      const name = context.unique("p");
      const answer = await applyPolicy(name, spec, "&dryRun=All");
      const title = `ValidatingAdmissionPolicy.admissionregistration.k8s.io "${name}" is invalid: `;
      expectFailure(answer, 422, "Invalid", title);
      expect(answer.at("details", "causes", 0, "field")).toBe(field);
      expect(answer.at("details", "causes", 0, "message")).toMatch(message);
    });

    test.each([
      [rule({ resource: ["x"] }), ".spec.matchConstraints.resourceRules[0].resource: field not"],
      [validation({ expr: "x" }), ".spec.validations[0].expr: field not declared in schema"],
      [condition({ name: "a", if: "x" }), '.spec.matchConditions[name="a"].if: field not declared'],
      [validation({ message: 1 }), ".spec.validations[0].message: expected string, got &value"],
      [
        variable(boolean("a"), boolean("a")),
        '.spec.variables: duplicate entries for key [name="a"]',
      ],
    ])("an apply of %j is refused", async (spec, message) => {
      const name = context.unique("p");
      const answer = await applyPolicy(name, spec, "&dryRun=All");
      expect([answer.status, answer.at("message")]).toEqual([
        500,
        expect.stringContaining(
          `failed to create typed patch object (/${name}; admissionregistration.k8s.io/v1, Kind=ValidatingAdmissionPolicy): ${message}`,
        ),
      ]);
    });
  });

  describe("a binding of an admission policy", () => {
    const bound = { policyName: "p", validationActions: ["Deny"] };

    test("may be made before its policy, for another one later, and for some namespaces", async () => {
      const name = context.unique("b");
      const answer = await applyBinding(name, bound);
      expectStatus(answer, 201);
      expect(answer.at("spec")).toEqual(bound);
      expect(owners(answer)).toEqual([
        [
          "applier",
          "Apply",
          { "f:spec": { "f:policyName": {}, "f:validationActions": { 'v:"Deny"': {} } } },
        ],
      ]);
      const again = await applyBinding(name, bound);
      expect(again.at("metadata", "resourceVersion")).toBe(
        answer.at("metadata", "resourceVersion"),
      );
      const namespaceSelector = { matchLabels: { a: "b" } };
      const changed = await applyBinding(name, {
        policyName: "q",
        validationActions: ["Deny", "Audit"],
        matchResources: { namespaceSelector },
      });
      expect(changed.at("spec")).toEqual({
        policyName: "q",
        validationActions: ["Deny", "Audit"],
        matchResources: { namespaceSelector, objectSelector: {}, matchPolicy: "Equivalent" },
      });
      expect(changed.at("metadata", "generation")).toBe(2);
    });

    test.each<[what: string, spec: object | undefined, field: string, message: RegExp]>([
      ["no spec", undefined, "spec.policyName", /^Required value$/],
      [
        "no actions",
        { policyName: "p" },
        "spec.validationActions",
        /^Required value: at least one validation action is required$/,
      ],
      [
        "an unknown action",
        { ...bound, validationActions: ["Stop"] },
        "spec.validationActions[0]",
        /^Unsupported value: "Stop": supported values: "Audit", "Deny", "Warn"$/,
      ],
      [
        "two actions that say the same",
        { ...bound, validationActions: ["Deny", "Warn"] },
        "spec.validationActions",
        /must not contain both Deny and Warn/,
      ],
      [
        "a bad policy name",
        { ...bound, policyName: "p q" },
        "spec.policyName",
        /^Invalid value: "p q": a lowercase RFC 1123 subdomain/,
      ],
      [
        "a selector without values",
        {
          ...bound,
          matchResources: {
            namespaceSelector: { matchExpressions: [{ key: "a", operator: "In" }] },
          },
        },
        "spec.matchResources.namespaceSelector.matchExpressions[0].values",
        /^Required value: must be specified when `operator` is 'In' or 'NotIn'$/,
      ],
    ])("with %s is refused", async (_what, spec, field, message) => {
      const answer = await applyBinding(context.unique("b"), spec, "&dryRun=All");
      expectFailure(answer, 422, "Invalid", " is invalid: ");
      expect(answer.at("details", "causes", 0, "field")).toBe(field);
      expect(answer.at("details", "causes", 0, "message")).toMatch(message);
    });
  });
}

const boolean = (name: string) => ({ name, expression: "true" });
