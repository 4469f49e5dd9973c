/** Admission policies at work: which requests they judge, when, and what a refusal looks like. */
import { beforeAll, describe, expect, test } from "vitest";
import type { HttpAnswer } from "../http-client.ts";
import {
  apply,
  base64,
  type ContractContext,
  dockerConfigType,
  expectFailure,
  expectStatus,
  merge,
  secretBody,
  secretPath,
} from "./context.ts";
import {
  allSecrets,
  applySecret,
  bindingsPath,
  createPolicyScene,
  type PolicyScene,
  type PolicySpec,
  policiesPath,
} from "./policy-scene.ts";
import { rbacPath } from "./rbac-scene.ts";

const refusing = { validations: [{ expression: "false", message: "refused" }] };

function saying(validation: object): PolicySpec {
  return { validations: [{ expression: "false", ...validation }] };
}

const everything = {
  apiGroups: ["*"],
  apiVersions: ["*"],
  operations: ["*"],
  resources: ["*/*"],
};

function about(fields: object, constraints: object = {}): PolicySpec {
  const resourceRules = [{ ...everything, ...fields }];
  return { ...refusing, matchConstraints: { resourceRules, ...constraints } };
}

const told =
  "request.operation + ' ' + request.resource.resource + (has(request.subResource) ? '/' + request.subResource : '')" +
  " + ' ' + request.kind.kind + ' ' + request.namespace + '/' + request.name + (request.dryRun ? ' dry' : '')" +
  " + (object == null ? ' -' : ' ' + string(object.metadata.name))" +
  " + (oldObject == null ? ' -' : ' ' + string(oldObject.metadata.name))";

/** What each policy is about: a secret, the token of an account, a namespace, a ClusterRole. */
const rules: Readonly<
  Record<string, readonly [PolicySpec & { readonly binding?: object }, readonly string[]]>
> = {
  all: [about({}), ["secret", "token", "namespace", "role"]],
  plain: [about({ resources: ["*"] }), ["secret", "namespace", "role"]],
  below: [about({ resources: ["serviceaccounts/*"] }), ["token"]],
  tokens: [about({ resources: ["*/token"] }), ["token"]],
  token: [about({ resources: ["serviceaccounts/token"] }), ["token"]],
  accounts: [about({ resources: ["serviceaccounts"] }), []],
  within: [about({ scope: "Namespaced" }), ["secret", "token"]],
  outside: [about({ scope: "Cluster" }), ["namespace", "role"]],
  updates: [about({ operations: ["UPDATE", "DELETE"] }), []],
  version: [about({ apiVersions: ["v2"] }), []],
  group: [about({ apiGroups: ["apps"] }), []],
  names: [about({ resourceNames: ["names-secret"] }), ["secret"]],
  except: [about({}, { excludeResourceRules: [allSecrets] }), ["token", "namespace", "role"]],
  labels: [about({}, { objectSelector: { matchLabels: { is: "secret" } } }), ["secret"]],
  there: [
    about({}, { namespaceSelector: { matchLabels: { team: "x" } } }),
    ["secret", "token", "role"],
  ],
  elsewhere: [
    {
      ...about({}),
      binding: {
        matchResources: {
          namespaceSelector: {
            matchExpressions: [{ key: "team", operator: "NotIn", values: ["x"] }],
          },
        },
      },
    },
    ["namespace", "role"],
  ],
};

const scenes: Readonly<Record<string, PolicySpec & { readonly binding?: object }>> = {
  tell: { ...about({}), ...saying({ messageExpression: told }) },
  seconds: {
    ...about({ resources: ["serviceaccounts/token"] }),
    ...saying({ messageExpression: "string(object.spec.expirationSeconds + 1)" }),
  },
  shape: saying({ message: "  not like this " }),
  own: refusing,
  forbidden: saying({ message: "never", reason: "Forbidden" }),
  long: saying({ message: "too long", reason: "RequestEntityTooLarge" }),
  bare: saying({}),
  static: saying({ message: "static", messageExpression: "string(object.metadata.labels.x)" }),
  empty: saying({ message: "static", messageExpression: "''" }),
  lines: saying({ message: "static", messageExpression: "'a\\nb'" }),
  second: {
    validations: [
      { expression: "true", message: "one" },
      { expression: "false", message: "two" },
      { expression: "object.nothing == 1" },
    ],
  },
  broken: { validations: [{ expression: "object.nothing == 1", reason: "Forbidden" }] },
  ignored: { failurePolicy: "Ignore", validations: [{ expression: "object.nothing == 1" }] },
  condition: { ...refusing, matchConditions: [{ name: "c", expression: "object.nothing == 1" }] },
  unconditional: {
    ...refusing,
    failurePolicy: "Ignore",
    matchConditions: [{ name: "c", expression: "object.nothing == 1" }],
  },
  conditions: {
    ...refusing,
    matchConditions: [
      { name: "c", expression: "object.nothing == 1" },
      { name: "d", expression: "object.void == 1" },
    ],
  },
  unless: {
    ...refusing,
    matchConditions: [
      { name: "c", expression: "object.nothing == 1" },
      { name: "d", expression: "false" },
    ],
  },
  audit: { ...refusing, binding: { validationActions: ["Audit"] } },
  ...Object.fromEntries(Object.entries(rules).map(([key, [spec]]) => [key, spec])),
};

export function policyContract(context: ContractContext): void {
  describe("admission policies", () => {
    let scene: PolicyScene;
    const dry = "?dryRun=All";

    beforeAll(async () => {
      scene = await createPolicyScene(context, scenes, { team: "x" });
    });

    const accounts = () => `/api/v1/namespaces/${scene.namespace}/serviceaccounts`;

    test("refuse with 422 and their names", async () => {
      const answer = await applySecret(scene, "shape-s");
      const name = scene.nameOf("shape");
      const said = `ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: not like this`;
      expectStatus(answer, 422);
      expect(answer.json).toEqual({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: `secrets "shape-s" is forbidden: ${said}`,
        reason: "Invalid",
        details: { name: "shape-s", kind: "secrets", causes: [{ message: said }] },
        code: 422,
      });
    });

    test("name the group of what they refuse", async () => {
      const body = { metadata: { name: "all-r" }, rules: [] };
      const answer = await scene.user.send("POST", `${rbacPath}/clusterroles`, { body });
      expect(scene.refusal("all", answer)).toBe("refused");
      expect(answer.at("message")).toMatch(/^clusterroles.rbac.authorization.k8s.io "all-r" is/);
      expect(answer.at("details")).toMatchObject({
        name: "all-r",
        group: "rbac.authorization.k8s.io",
        kind: "clusterroles",
      });
    });

    test("judge every kind of write, in a dry run too, and nothing is written", async () => {
      const { namespace, user } = scene;
      const place = { namespace, name: "tell-s" };
      const path = secretPath(namespace, "tell-s");
      const seen: (string | undefined)[] = [];
      const see = (answer: HttpAnswer) => seen.push(scene.refusal("tell", answer));
      see(await apply(user, place));
      see(await apply(user, place, {}, { query: "&dryRun=All" }));
      const secrets = `/api/v1/namespaces/${namespace}/secrets`;
      see(await user.send("POST", secrets, { body: secretBody("tell-s") }));
      expectStatus(await context.admin.send("GET", path), 404);
      const before = await apply(context.admin, place);
      see(await apply(user, place, { data: { a: "eA==" } }));
      see(await merge(user, path, { data: { a: "eA==" } }));
      see(await merge(user, path, {}));
      see(await user.send("PUT", path, { body: secretBody("tell-s") }));
      see(await user.send("DELETE", path));
      see(await user.send("DELETE", `${path}${dry}`));
      expect((await context.admin.send("GET", path)).json).toEqual(before.json);
      await context.admin.send("POST", accounts(), { body: { metadata: { name: "tell-a" } } });
      see(await merge(user, `${accounts()}/tell-a`, { imagePullSecrets: [{ name: "x" }] }));
      see(await user.send("POST", `${accounts()}/tell-a/token`, { body: {} }));
      see(
        await user.send("POST", `/api/v1/namespaces${dry}`, {
          body: { metadata: { name: "tell-n" } },
        }),
      );
      const secret = `secrets Secret ${namespace}/tell-s`;
      expect(seen).toEqual([
        `CREATE ${secret} tell-s -`,
        `CREATE ${secret} dry tell-s -`,
        `CREATE ${secret} tell-s -`,
        `UPDATE ${secret} tell-s tell-s`,
        `UPDATE ${secret} tell-s tell-s`,
        `UPDATE ${secret} tell-s tell-s`,
        `UPDATE ${secret} tell-s tell-s`,
        `DELETE ${secret} - tell-s`,
        `DELETE ${secret} dry - tell-s`,
        `UPDATE serviceaccounts ServiceAccount ${namespace}/tell-a tell-a tell-a`,
        `CREATE serviceaccounts/token TokenRequest ${namespace}/tell-a tell-a -`,
        "CREATE namespaces Namespace tell-n/tell-n dry tell-n -",
      ]);
    });

    test("count in whole numbers", async () => {
      await context.admin.send("POST", accounts(), { body: { metadata: { name: "seconds-a" } } });
      const path = `${accounts()}/seconds-a/token`;
      const answer = await scene.user.send("POST", path, { body: {} });
      expect(scene.refusal("seconds", answer)).toBe("3601");
    });

    test("judge only the user that they name", async () => {
      expectStatus(await apply(context.admin, { namespace: scene.namespace, name: "own-x" }), 201);
    });

    test("never judge themselves", async () => {
      const path = `${policiesPath}/${scene.nameOf("all")}`;
      expectStatus(await merge(scene.user, `${path}${dry}`, { metadata: { labels: {} } }), 200);
      const body = {
        metadata: { name: "all-b" },
        spec: { policyName: "x", validationActions: ["Deny"] },
      };
      expectStatus(await scene.user.send("POST", `${bindingsPath}${dry}`, { body }), 201);
    });

    test("come after what the object itself must keep, and before what the store knows", async () => {
      const { namespace, user } = scene;
      const invalid = await applySecret(scene, "own-s", { type: dockerConfigType });
      expectFailure(invalid, 422, "Invalid", '^Secret "own-s" is invalid: data');
      const absent = { namespace: context.unique("absent"), name: "own-s" };
      expectFailure(await apply(user, absent), 404, "NotFound", "^namespaces ");
      await apply(context.admin, { namespace, name: "own-s" });
      const stale = await applySecret(scene, "own-s", { metadata: { resourceVersion: "1" } });
      expectFailure(stale, 409, "Conflict", "the object has been modified");
      const path = secretPath(namespace, "own-s");
      expectFailure(
        await user.send("DELETE", path, { body: { preconditions: { uid: "other" } } }),
        409,
        "Conflict",
        "the UID in the precondition",
      );
      const posted = await user.send("POST", `/api/v1/namespaces/${namespace}/secrets`, {
        body: secretBody("own-s"),
      });
      expect(scene.refusal("own", posted)).toBe("refused");
      const short = { body: { spec: { expirationSeconds: 60 } } };
      await context.admin.send("POST", accounts(), { body: { metadata: { name: "token-a" } } });
      expectFailure(
        await user.send("POST", `${accounts()}/token-a/token`, short),
        422,
        "Invalid",
        "may not specify a duration less than 10 minutes$",
      );
      expectStatus(await user.send("POST", `${accounts()}/token-absent/token`, short), 404);
    });

    test.each<[key: string, code: number, refusal: string | undefined]>([
      ["forbidden", 403, "never"],
      ["long", 413, "too long"],
      ["bare", 422, "failed expression: false"],
      ["static", 422, "static"],
      ["empty", 422, "static"],
      ["lines", 422, "static"],
      ["second", 422, "two"],
      ["broken", 422, "expression 'object.nothing == 1' resulted in error: no such key: nothing"],
      ["ignored", 201, undefined],
      [
        "condition",
        422,
        "expression 'object.nothing == 1' resulted in error: no such key: nothing",
      ],
      [
        "conditions",
        422,
        "[expression 'object.nothing == 1' resulted in error: no such key: nothing, expression 'object.void == 1' resulted in error: no such key: void]",
      ],
      ["unconditional", 201, undefined],
      ["unless", 201, undefined],
      ["audit", 201, undefined],
    ])("%s: answered with %i: %s", async (key, code, refusal) => {
      const answer = await applySecret(scene, `${key}-s`);
      expect([answer.status, scene.refusal(key, answer)]).toEqual([code, refusal]);
      const reasons: Readonly<Record<number, string>> = {
        403: "Forbidden",
        413: "RequestEntityTooLarge",
        422: "Invalid",
      };
      expect(answer.at("reason")).toBe(reasons[code]);
    });

    test.each(Object.entries(rules).map(([key, [, judged]]) => [key, judged] as const))(
      "about %s judge %j",
      async (key, judged) => {
        await context.admin.send("POST", accounts(), { body: { metadata: { name: `${key}-a` } } });
        const answers = {
          secret: await applySecret(scene, `${key}-secret`, {
            metadata: { labels: { is: "secret" } },
            data: { a: base64("x") },
          }),
          token: await scene.user.send("POST", `${accounts()}/${key}-a/token${dry}`, { body: {} }),
          namespace: await scene.user.send("POST", `/api/v1/namespaces${dry}`, {
            body: { metadata: { name: `${key}-n` } },
          }),
          role: await scene.user.send("POST", `${rbacPath}/clusterroles${dry}`, {
            body: { metadata: { name: `${key}-r` }, rules: [] },
          }),
        };
        const refused = Object.entries(answers).filter(([, answer]) => scene.refusal(key, answer));
        expect(refused.map(([what]) => what)).toEqual(judged);
      },
    );
  });
}
