/** The rights that registration installs: both layers let a sweep work, and refuse the rest. */
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { NamespaceState } from "../../../src/refresh/ports.ts";
import type { Attempt } from "../../../src/rights/access.ts";
import { attemptsOf } from "../../../src/rights/attempts.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { namespaces, usual, wishFor } from "../../unit/rights/wishes.ts";
import type { HttpAnswer, HttpClient } from "../http-client.ts";
import { base64, type ContractContext, expectStatus, merge } from "./context.ts";
import { applyTo } from "./policy-scene.ts";

const plurals: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
};

const registry = { kind: "deployment", name: "registry" } as const;
const labels = { app: "registry" };
const deployment = {
  metadata: { name: registry.name },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "registry", image: "registry:3" }] },
    },
  },
};

export function computedRightsContract(context: ContractContext): void {
  describe.each(["everywhere but in kube-*", "by labels", "in named namespaces"])(
    "rights for pull secrets %s",
    (scope) => {
      let target: string;
      let other: string;
      let wish: RightsWish;
      let user: HttpClient;
      const label = context.unique("team");

      beforeAll(async () => {
        target = await context.namespace({ team: label });
        other = await context.namespace();
        await context.admin.send("POST", `/api/v1/namespaces/${target}/serviceaccounts`, {
          body: { metadata: { name: "default" } },
        });
        const deployments = `/apis/apps/v1/namespaces/${target}/deployments`;
        expectStatus(await context.admin.send("POST", deployments, { body: deployment }), 201);
        wish = wishOf(scope, { label, target, home: context.unique("home") });
        const rights = computeRights(wish);
        for (const object of rights.objects) {
          expectStatus(await applyTo(context.admin, pathOf(object), object), 201);
        }
        const answer = await context.admin.send("POST", ownToken(wish), { body: {} });
        user = context.as(String(answer.at("status", "token")));
        await untilInEffect();
      });

      const attempts = () => {
        const states: NamespaceState[] = [
          { name: target, labels: { team: label }, terminating: false },
          { name: other, labels: {}, terminating: false },
          { name: "kube-system", labels: {}, terminating: false },
        ];
        const accounts = [{ namespace: target, name: "default" }];
        const workloads = [{ ...registry, namespace: target }];
        return attemptsOf(wish, states, { secrets: [], accounts, workloads });
      };

      // RBAC refuses everything until it knows the account, and the policy comes later still.
      const untilInEffect = async () => {
        const deadline = Date.now() + 10_000;
        for (const { attempt } of attempts().filter(({ needsPolicy }) => needsPolicy)) {
          while (!isRefusal(await dryRun(user, attempt)) && Date.now() < deadline) {
            await sleep(50);
          }
        }
      };

      const isRefusal = (answer: HttpAnswer) =>
        answer.status === 403 &&
        String(answer.at("message")).includes("ValidatingAdmissionPolicy 'ecr-pull-secrets.home-");

      test("let a sweep write, renew, link and restart, and an account renew itself", async () => {
        const path = `/api/v1/namespaces/${target}/secrets/ecr-pull`;
        const written = await applyTo(user, path, secret(target, "{}"));
        expectStatus(written, 201);
        expectStatus(await applyTo(user, path, secret(target, '{"auths":{}}'), "&force=true"), 200);
        const accounts = `/api/v1/namespaces/${target}/serviceaccounts`;
        const links = { imagePullSecrets: [{ name: "ecr-pull" }] };
        expectStatus(await merge(user, `${accounts}/default`, links), 200);
        const annotations = { "ecr-pull-secrets/restarted-for": "{}" };
        const restart = { spec: { template: { metadata: { annotations } } } };
        const workload = `/apis/apps/v1/namespaces/${target}/deployments/registry`;
        expectStatus(await merge(user, workload, restart), 200);
        const session = `/api/v1/namespaces/${target}/secrets/opaque`;
        const login = { user: base64("AWS"), pass: base64("x") };
        const opaque = { ...secret(target, ""), type: "Opaque", data: login };
        const named = { ...opaque, metadata: { ...opaque.metadata, name: "opaque" } };
        expectStatus(await applyTo(user, session, named), 201);
        expectStatus(await context.admin.send("DELETE", session), 200);
        expectStatus(await user.send("POST", ownToken(wish), { body: {} }), 201);
        // For the next test, in which nothing must be in the way.
        expectStatus(await context.admin.send("DELETE", path), 200);
      });

      test("refuse by the policy what RBAC lets through", async () => {
        const tried = attempts().filter(({ needsPolicy }) => needsPolicy);
        expect(tried.length).toBeGreaterThanOrEqual(6);
        for (const { what, attempt } of tried) {
          const answer = await dryRun(user, attempt);
          expect([what, isRefusal(answer)], answer.text).toEqual([what, true]);
        }
      });

      test("refuse by RBAC another account's token, and other secrets", async () => {
        const answers = [
          await user.send("POST", `/api/v1/namespaces/${target}/serviceaccounts/default/token`, {
            body: {},
          }),
          await applyTo(user, `/api/v1/namespaces/${target}/secrets/other`, secret(target, "{}")),
          await user.send("GET", `/api/v1/namespaces/${target}/secrets`),
        ];
        expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
        expect(answers.filter(isRefusal)).toEqual([]);
      });
    },
  );
}

function wishOf(
  scope: string,
  {
    label,
    target,
    home,
  }: { readonly label: string; readonly target: string; readonly home: string },
): RightsWish {
  const places = {
    "everywhere but in kube-*": namespaces(["*"], { exclude: ["kube-*"] }),
    "by labels": namespaces(["*"], { selector: `team=${label}` }),
    "in named namespaces": namespaces([target]),
  };
  const found = Object.entries(places).find(([name]) => name === scope)?.[1];
  const format = { type: "opaque", username: "user", password: "pass" } as const;
  return wishFor(
    [
      {
        name: "ecr-pull",
        namespaces: found,
        serviceAccounts: ["default"],
        restart: [registry],
      },
      { name: "opaque", namespaces: found, format },
    ],
    {
      namespace: home,
      subject: { kind: "ServiceAccount", namespace: home, name: usual },
    },
  );
}

function ownToken({ namespace }: RightsWish): string {
  return `/api/v1/namespaces/${namespace}/serviceaccounts/${usual}/token`;
}

function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const { name, namespace } = metadata;
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const place = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${root}${place}/${plurals[kind] ?? `${kind.toLowerCase()}s`}/${name}`;
}

function dryRun(user: HttpClient, attempt: Attempt): Promise<HttpAnswer> {
  if (attempt.kind === "apply") {
    return applyTo(user, pathOf(attempt.object), attempt.object, "&force=true&dryRun=All");
  }
  const { ref, patch } = attempt;
  const { name, namespace } = ref;
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return merge(user, `${pathOf({ ...ref, metadata })}?dryRun=All`, patch);
}

function secret(namespace: string, content: string) {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "ecr-pull",
      namespace,
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      annotations: { "ecr-pull-secrets/owner": "123456789012/us-east-1/prod" },
    },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": base64(content) },
  };
}
