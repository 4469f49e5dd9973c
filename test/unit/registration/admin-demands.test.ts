import { describe, expect, test } from "vitest";
import { askAdminRights } from "../../../src/registration/ask-admin-rights.ts";
import { rightsWish } from "../../../src/registration/registration-wish.ts";
import { demandsOf } from "../../../src/registration/rules/admin-demands.ts";
import type { AccessQuestion } from "../../../src/rights/access.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { desiredOf, live, wishOf } from "./objects.ts";

const wish = wishOf();
const rights = computeRights(rightsWish(wish));
const creations = rights.objects.map((object) => ({ verb: "create", object }) as const);

function planWith(objects: Parameters<typeof demandsOf>[0], action: "create" | "keep" = "create") {
  const record = { action } as never;
  return { wish, server: "https://10.0.0.1", rights, objects, record, warnings: [] };
}

/** Grants what `may` says, and nothing else. */
function rightsApi(may: (question: AccessQuestion) => boolean) {
  const asked: AccessQuestion[] = [];
  return {
    asked,
    canI: async (question: AccessQuestion) => {
      asked.push(question);
      return may(question);
    },
    attempt: async () => ({ outcome: "allowed" }) as const,
  };
}

describe("what an administrator must be allowed", () => {
  test("is what will be written, and no more", () => {
    const [namespace, account] = demandsOf(creations);
    expect([namespace, account]).toEqual([
      {
        what: "create Namespace ecr-pull-secrets",
        kind: "Namespace",
        ways: [
          ["create", "patch"].map((verb) => ({
            verb,
            group: "",
            resource: "namespaces",
            name: "ecr-pull-secrets",
          })),
        ],
      },
      {
        what: "create ServiceAccount ecr-pull-secrets/ecr-pull-secrets",
        kind: "ServiceAccount",
        ways: [
          ["create", "patch"].map((verb) => ({
            verb,
            group: "",
            resource: "serviceaccounts",
            name: "ecr-pull-secrets",
            namespace: "ecr-pull-secrets",
          })),
        ],
      },
    ]);
  });

  test("is nothing, where everything is kept", () => {
    const kept = rights.objects.map((object) => ({ verb: "keep", object, seen: true }) as const);
    expect(demandsOf(kept)).toEqual([]);
  });

  test("is a patch for a change, and a delete for what goes", () => {
    const [object] = rights.objects;
    if (!object) throw new Error("there is no object");
    const steps = [
      { verb: "change", object, differences: [] },
      { verb: "remove", object: live(object) },
    ] as const;
    const verbs = demandsOf(steps).map(({ ways }) => ways.flat().map(({ verb }) => verb));
    expect(verbs).toEqual([["patch"], ["delete"]]);
  });

  test("names resources as the API does", () => {
    const asked = demandsOf(creations).flatMap(({ ways }) => ways[0]?.map(resourceOf) ?? []);
    expect(new Set(asked)).toEqual(
      new Set([
        "namespaces",
        "serviceaccounts",
        "rbac.authorization.k8s.io/clusterroles",
        "rbac.authorization.k8s.io/clusterrolebindings",
        "rbac.authorization.k8s.io/roles",
        "rbac.authorization.k8s.io/rolebindings",
        "admissionregistration.k8s.io/validatingadmissionpolicies",
        "admissionregistration.k8s.io/validatingadmissionpolicybindings",
      ]),
    );
  });
});

function resourceOf({ group, resource }: AccessQuestion): string {
  return group === "" ? resource : `${group}/${resource}`;
}

const problemsWith = (may: (question: AccessQuestion) => boolean, plan = planWith(creations)) =>
  askAdminRights(plan, rightsApi(may), "jane");

describe("an administrator", () => {
  test("who may do everything goes on", async () => {
    expect(await problemsWith(() => true)).toEqual([]);
  });

  test("who may neither escalate nor bind, but holds the rights, goes on", async () => {
    const problems = await problemsWith(({ verb }) => verb !== "escalate" && verb !== "bind");
    expect(problems).toEqual([]);
  });

  test("who may write roles, but would give more than they have, is told", async () => {
    const problems = await problemsWith(
      ({ verb, resource }) => verb !== "escalate" && verb !== "bind" && resource !== "secrets",
    );
    expect(problems).toEqual([
      {
        message:
          "jane may not create ClusterRole ecr-pull-secrets, create ClusterRoleBinding ecr-pull-secrets",
        hint: expect.stringContaining("--print-manifests > rights.yaml"),
      },
    ]);
  });

  test("who may not make tokens is told, besides", async () => {
    const problems = await problemsWith(({ subresource }) => subresource !== "token");
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/^jane may not get a token of ServiceAccount/);
  });

  test("is asked for no token where the record stays", async () => {
    const api = rightsApi(() => false);
    expect(await askAdminRights(planWith([], "keep"), api, undefined)).toEqual([]);
    expect(api.asked).toEqual([]);
  });

  test("who may not make policies learns that one can go without", async () => {
    const problems = await problemsWith(({ group }) => group !== "admissionregistration.k8s.io");
    expect(problems).toEqual([
      {
        message:
          "jane may not create ValidatingAdmissionPolicy ecr-pull-secrets, create ValidatingAdmissionPolicyBinding ecr-pull-secrets",
        hint: expect.stringMatching(/--print-manifests .*--without-policy/),
      },
    ]);
  });

  test("of some namespaces is asked about Roles there", async () => {
    const named = wishOf({ desired: desiredOf({ namespaces: ["web", "shop"] }) });
    const steps = computeRights(rightsWish(named)).objects.map(
      (object) => ({ verb: "create", object }) as const,
    );
    const problems = await problemsWith(({ namespace }) => namespace !== "shop", {
      ...planWith(steps),
      wish: named,
    });
    expect(problems).toMatchObject([
      {
        message:
          "jane may not create Role shop/ecr-pull-secrets, create RoleBinding shop/ecr-pull-secrets",
      },
    ]);
  });
});
