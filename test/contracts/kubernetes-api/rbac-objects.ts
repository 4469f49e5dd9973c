/** Roles and bindings as objects: what the server fills in, and what it refuses. */
import { describe, expect, test } from "vitest";
import { type ContractContext, expectFailure, expectStatus, merge } from "./context.ts";
import { applyTo } from "./policy-scene.ts";
import { bindingBody, rbacPath, roleBody } from "./rbac-scene.ts";

const rule = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };

export function rbacObjectContract(context: ContractContext): void {
  describe("roles and bindings", () => {
    test("are completed, and not written again where nothing changes", async () => {
      const name = context.unique("r");
      const role = roleBody("ClusterRole", name, [rule]);
      const ref = { kind: "ClusterRole", name };
      const binding = bindingBody("ClusterRoleBinding", name, ref, [
        { kind: "Group", name: "g" },
        { kind: "ServiceAccount", name: "a", namespace: "default" },
      ]);
      const objects = [
        [`${rbacPath}/clusterroles/${name}`, role],
        [`${rbacPath}/clusterrolebindings/${name}`, binding],
      ] as const;
      for (const [path, body] of objects) {
        const first = await applyTo(context.admin, path, body);
        expectStatus(first, 201);
        const again = await applyTo(context.admin, path, body);
        expect(again.json).toEqual(first.json);
      }
      const bound = await context.admin.send("GET", `${rbacPath}/clusterrolebindings/${name}`);
      const apiGroup = "rbac.authorization.k8s.io";
      expect(bound.at("roleRef")).toEqual({ apiGroup, ...ref });
      expect(bound.at("subjects")).toEqual([
        { apiGroup, kind: "Group", name: "g" },
        { kind: "ServiceAccount", name: "a", namespace: "default" },
      ]);
    });

    test("without rules say null", async () => {
      const name = context.unique("r");
      const body = roleBody("ClusterRole", name, undefined);
      expectStatus(await context.admin.send("POST", `${rbacPath}/clusterroles`, { body }), 201);
      const answer = await context.admin.send("GET", `${rbacPath}/clusterroles/${name}`);
      expect(answer.at("rules")).toBeNull();
      expect(answer.at("metadata", "managedFields")).toBeUndefined();
    });

    test("never change what they bind to", async () => {
      const name = context.unique("r");
      const body = bindingBody("ClusterRoleBinding", name, { kind: "ClusterRole", name }, []);
      await context.admin.send("POST", `${rbacPath}/clusterrolebindings`, { body });
      const path = `${rbacPath}/clusterrolebindings/${name}`;
      const answer = await merge(context.admin, path, { roleRef: { name: "other" } });
      expectFailure(
        answer,
        422,
        "Invalid",
        `^ClusterRoleBinding.rbac.authorization.k8s.io "${name}" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"other"}: cannot change roleRef$`,
      );
    });

    test("are deleted with their UID as precondition, and listed by their labels", async () => {
      const namespace = await context.namespace();
      const path = `${rbacPath}/namespaces/${namespace}/roles`;
      const labels = { run: namespace };
      for (const name of ["a", "b"]) {
        const body = { metadata: { name, ...(name === "a" ? { labels } : {}) }, rules: [rule] };
        expectStatus(await context.admin.send("POST", path, { body }), 201);
      }
      const list = await context.admin.send(
        "GET",
        `${rbacPath}/roles?labelSelector=run%3D${namespace}`,
      );
      expect(list.at("items", 0, "metadata", "name")).toBe("a");
      expect(list.at("items", 1)).toBeUndefined();
      expectFailure(
        await context.admin.send("DELETE", `${path}/a`, { body: { preconditions: { uid: "x" } } }),
        409,
        "Conflict",
        '^Operation cannot be fulfilled on Role.rbac.authorization.k8s.io "a": the UID',
      );
      const preconditions = { uid: list.at("items", 0, "metadata", "uid") };
      expectStatus(
        await context.admin.send("DELETE", `${path}/a`, { body: { preconditions } }),
        200,
      );
    });

    test.each<[what: string, rules: object[], field: string, message: string]>([
      ["without verbs", [{ ...rule, verbs: [] }], "rules[0].verbs", "at least one value"],
      ["without groups", [{ ...rule, apiGroups: [] }], "rules[0].apiGroups", "one api group"],
      ["without resources", [{ ...rule, resources: [] }], "rules[0].resources", "one resource"],
      [
        "with paths too",
        [{ ...rule, nonResourceURLs: ["/x"] }],
        "rules[0].nonResourceURLs",
        "rules cannot apply to both regular resources and non-resource URLs",
      ],
    ])("rules %s are refused", async (_what, rules, field, message) => {
      const body = roleBody("ClusterRole", context.unique("r"), rules);
      const answer = await context.admin.send("POST", `${rbacPath}/clusterroles`, { body });
      expectFailure(answer, 422, "Invalid", " is invalid: ");
      expect(answer.at("details", "causes", 0)).toMatchObject({
        field,
        message: expect.stringContaining(message),
      });
    });

    test("with misspelt fields aren't applied", async () => {
      const body = roleBody("ClusterRole", "r", [{ ...rule, verb: ["get"] }]);
      const answer = await applyTo(context.admin, `${rbacPath}/clusterroles/r`, body);
      expect([answer.status, answer.at("message")]).toEqual([
        500,
        "failed to create typed patch object (/r; rbac.authorization.k8s.io/v1, Kind=ClusterRole): .rules[0].verb: field not declared in schema",
      ]);
    });

    test.each<[what: string, ref: object, subjects: object[], field: string, message: string]>([
      ["no role", {}, [], "roleRef.kind", 'Unsupported value: "": supported values: "ClusterRole"'],
      ["a Role", { kind: "Role", name: "r" }, [], "roleRef.kind", 'Unsupported value: "Role"'],
      [
        "an account of no namespace",
        { kind: "ClusterRole", name: "r" },
        [{ kind: "ServiceAccount", name: "a" }],
        "subjects[0].namespace",
        "Required value",
      ],
      [
        "a subject of no name",
        { kind: "ClusterRole", name: "r" },
        [{ kind: "User" }],
        "subjects[0].name",
        "Required value",
      ],
      [
        "a subject of no kind",
        { kind: "ClusterRole", name: "r" },
        [{ kind: "Robot", name: "a" }],
        "subjects[0].kind",
        'Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
      ],
    ])("a cluster-wide binding of %s is refused", async (_what, ref, subjects, field, message) => {
      const body = bindingBody("ClusterRoleBinding", context.unique("b"), ref, subjects);
      const answer = await context.admin.send("POST", `${rbacPath}/clusterrolebindings`, { body });
      expectFailure(answer, 422, "Invalid", " is invalid: ");
      expect(answer.at("details", "causes", 0)).toMatchObject({
        field,
        message: expect.stringContaining(message),
      });
    });

    test("have names without slashes", async () => {
      const body = roleBody("ClusterRole", "a/b", []);
      expectFailure(
        await context.admin.send("POST", `${rbacPath}/clusterroles`, { body }),
        422,
        "Invalid",
        `metadata.name: Invalid value: "a/b": may not contain '/'$`,
      );
    });
  });
}
