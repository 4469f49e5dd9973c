/** What users who may write roles and bindings may grant with them: no more than they hold. */
import { beforeAll, describe, expect, test } from "vitest";
import type { HttpAnswer, HttpClient } from "../http-client.ts";
import { type ContractContext, expectFailure, expectStatus, merge } from "./context.ts";
import { applyTo, subjectOf } from "./policy-scene.ts";
import { bindingBody, rbacPath, roleBody } from "./rbac-scene.ts";

const rbac = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"] };
const writing = { ...rbac, verbs: ["create", "get", "patch", "update", "delete"] };
const held = { resources: ["secrets"], resourceNames: ["pull"], verbs: ["get", "list"] };
const secrets = { apiGroups: [""], resources: ["secrets"] };

export function escalationContract(context: ContractContext): void {
  describe("whoever may write roles", () => {
    let user: HttpClient;
    let subject: string;
    const dry = "&dryRun=All";

    beforeAll(async () => {
      const token = await context.target.tokenFor(writing, held);
      user = context.as(token);
      subject = subjectOf(token);
    });

    const grant = (rules: readonly object[], as = user) => {
      const name = context.unique("r");
      const body = roleBody("ClusterRole", name, rules);
      return applyTo(as, `${rbacPath}/clusterroles/${name}`, body, dry);
    };

    const expectRefusal = (answer: HttpAnswer, ...rules: readonly string[]) => {
      const groups =
        '["system:serviceaccounts" "system:serviceaccounts:default" "system:authenticated"]';
      expectFailure(answer, 403, "Forbidden", " is forbidden: ");
      const [, ...missing] = String(answer.at("message")).split("\n");
      expect(String(answer.at("message"))).toContain(
        `user "${subject}" (groups=${groups}) is attempting to grant RBAC permissions not currently held:\n`,
      );
      expect(missing).toEqual(rules);
    };

    test("grants what they hold", async () => {
      expectStatus(await grant([{ ...secrets, resourceNames: ["pull"], verbs: ["get"] }]), 201);
      expectStatus(await grant([]), 201);
    });

    test("grants what everybody holds", async () => {
      const rule = {
        apiGroups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews"],
        verbs: ["create"],
      };
      expectStatus(await grant([rule]), 201);
    });

    test.each<[what: string, rules: object[], missing: string[]]>([
      [
        "of any name",
        [{ ...secrets, verbs: ["get"] }],
        ['{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'],
      ],
      [
        "of other names, and other verbs",
        [{ ...secrets, resourceNames: ["pull", "other"], verbs: ["get", "list", "patch"] }],
        [
          '{APIGroups:[""], Resources:["secrets"], ResourceNames:["other"], Verbs:["get" "list" "patch"]}',
          '{APIGroups:[""], Resources:["secrets"], ResourceNames:["pull"], Verbs:["patch"]}',
        ],
      ],
      [
        "on other resources",
        [
          { apiGroups: [""], resources: ["pods", "configmaps"], verbs: ["get", "list"] },
          { apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] },
          { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
        ],
        [
          '{APIGroups:[""], Resources:["configmaps"], Verbs:["get" "list"]}',
          '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
          '{APIGroups:[""], Resources:["serviceaccounts/token"], Verbs:["create"]}',
          '{APIGroups:["apps"], Resources:["deployments"], Verbs:["*"]}',
        ],
      ],
      [
        "on paths",
        [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }],
        ['{NonResourceURLs:["/metrics"], Verbs:["get"]}'],
      ],
    ])("grants no rights %s", async (_what, rules, missing) => {
      const answer = await grant(rules);
      expectRefusal(answer, ...missing);
      expect(answer.at("details")).toMatchObject({
        group: "rbac.authorization.k8s.io",
        kind: "clusterroles",
      });
    });

    test("grants none in a namespace either, nor where it isn't there", async () => {
      const body = roleBody("Role", "r", [{ ...secrets, verbs: ["get"] }]);
      const namespace = await context.namespace();
      const path = (place: string) => `${rbacPath}/namespaces/${place}/roles`;
      expectRefusal(
        await user.send("POST", path(namespace), { body }),
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
      );
      expectStatus(await user.send("POST", path(context.unique("absent")), { body }), 404);
    });

    test("doesn't touch a role that is stronger than they are, but to empty it", async () => {
      const name = context.unique("r");
      const path = `${rbacPath}/clusterroles/${name}`;
      const strong = [{ ...secrets, verbs: ["get"] }];
      expectStatus(await applyTo(context.admin, path, roleBody("ClusterRole", name, strong)), 201);
      const missing = '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}';
      expectRefusal(await merge(user, path, { metadata: { labels: { a: "b" } } }), missing);
      expectStatus(await merge(user, path, { rules: strong }), 200);
      expectStatus(await merge(user, path, { rules: [] }), 200);
    });

    test("hears of bad rules only after that", async () => {
      expectFailure(
        await grant([{ ...secrets, verbs: [] }]),
        422,
        "Invalid",
        "verbs must contain at least one value$",
      );
      expectStatus(await grant([{ ...secrets, verbs: ["get"] }, { verbs: ["get"] }]), 403);
    });

    test("binds a role if they hold what it grants", async () => {
      const role = async (rules: readonly object[]) => {
        const name = context.unique("r");
        const body = roleBody("ClusterRole", name, rules);
        expectStatus(await applyTo(context.admin, `${rbacPath}/clusterroles/${name}`, body), 201);
        return { kind: "ClusterRole", name };
      };
      const bind = (ref: object, place = "/clusterrolebindings") => {
        const kind = place === "/clusterrolebindings" ? "ClusterRoleBinding" : "RoleBinding";
        const body = bindingBody(kind, context.unique("b"), ref);
        return user.send("POST", `${rbacPath}${place}`, { body });
      };
      const weak = await role([{ ...secrets, resourceNames: ["pull"], verbs: ["get"] }]);
      const strong = await role([{ ...secrets, verbs: ["get"] }]);
      const inNamespace = `/namespaces/${await context.namespace()}/rolebindings`;
      const missing = '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}';
      expectStatus(await bind(weak), 201);
      expectStatus(await bind(weak, inNamespace), 201);
      expectRefusal(await bind(strong), missing);
      expectRefusal(await bind(strong, inNamespace), missing);
      expectFailure(
        await bind({ kind: "ClusterRole", name: "absent" }),
        404,
        "NotFound",
        '^clusterrolebindings.rbac.authorization.k8s.io "absent" not found$',
      );
      expectFailure(await bind({}), 500, undefined, '^unsupported role reference kind: ""$');
    });

    test("may do more with the verbs escalate and bind, by name too", async () => {
      const [role, other] = [context.unique("r"), context.unique("r")];
      const named = { apiGroups: rbac.apiGroups, resources: ["clusterroles"] };
      const strong = context.as(
        await context.target.tokenFor(
          writing,
          { ...named, verbs: ["escalate"], resourceNames: [role] },
          { ...named, verbs: ["bind"], resourceNames: [role] },
        ),
      );
      const rules = [{ ...secrets, verbs: ["get"] }];
      const path = `${rbacPath}/clusterroles`;
      // Of a POST the name isn't known yet.
      const posted = { body: roleBody("ClusterRole", role, rules) };
      expectStatus(await strong.send("POST", path, posted), 403);
      for (const [name, status] of [
        [role, 201],
        [other, 403],
      ] as const) {
        const body = roleBody("ClusterRole", name, rules);
        expectStatus(await applyTo(strong, `${path}/${name}`, body), status);
      }
      const bind = (name: string) => {
        const body = bindingBody("ClusterRoleBinding", context.unique("b"), {
          kind: "ClusterRole",
          name,
        });
        return strong.send("POST", `${rbacPath}/clusterrolebindings`, { body });
      };
      expectStatus(await bind(role), 201);
      await applyTo(context.admin, `${path}/${other}`, roleBody("ClusterRole", other, rules));
      expectStatus(await bind(other), 403);
    });

    test("may do all of it who may do everything", async () => {
      const everything = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
      const strong = context.as(await context.target.tokenFor(everything));
      expectStatus(await grant([everything], strong), 201);
    });
  });
}
