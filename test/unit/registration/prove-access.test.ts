import { describe, expect, test } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import { proveAccess } from "../../../src/registration/access/prove-access.ts";
import type { HolderView } from "../../../src/registration/access/stored-kubeconfigs.ts";
import { rightsWish } from "../../../src/registration/registration-wish.ts";
import type { AccessQuestion, AttemptOutcome } from "../../../src/rights/access.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { desiredOf, wishOf } from "./objects.ts";

const wish = wishOf();
const rights = computeRights(rightsWish(wish));
const namespace = (name: string) => ({ name, labels: {}, terminating: false });
const namespaces = [namespace("kube-system"), namespace("shop")];
const claimed = { rights, wish, namespaces };

const needed = new Set(rights.needed.map((question) => JSON.stringify(question)));
const isNeeded = (question: AccessQuestion) => needed.has(JSON.stringify(question));

const refused: AttemptOutcome = { outcome: "refused", by: "policy", message: "the policy says no" };

/** A cluster in which all is as it should be, from some second on. */
function view(change: {
  readonly canI?: (question: AccessQuestion, second: number) => boolean;
  readonly attempt?: (what: string, second: number) => AttemptOutcome;
  readonly secrets?: readonly object[];
  readonly accounts?: readonly object[];
  readonly workloads?: readonly object[];
}) {
  let second = 0;
  const holder = {
    rights: {
      canI: async (question: AccessQuestion) =>
        change.canI?.(question, second) ?? isNeeded(question),
      attempt: async (attempt: { readonly kind: string }) => {
        const what = JSON.stringify(attempt);
        const isWanted =
          what.includes("dockerconfigjson") &&
          !what.includes("kube-system") &&
          !what.includes("refused");
        const usual: AttemptOutcome = isWanted ? { outcome: "allowed" } : refused;
        return change.attempt?.(what, second) ?? usual;
      },
    },
    cluster: {
      listNamespaces: async () => namespaces,
      listSecrets: async () => change.secrets ?? [],
      listServiceAccounts: async () => change.accounts ?? [],
      listWorkloads: async () => change.workloads ?? [],
    },
  } as unknown as HolderView;
  const time = {
    now: () => new Date(second * 1_000),
    sleep: async (ms: number) => {
      second += ms / 1_000;
    },
  };
  return { holder, time, seconds: () => second };
}

describe("a credential", () => {
  test("that may what it must, and nothing else, is proved at once", async () => {
    const { holder, time, seconds } = view({});
    const proofs = await proveAccess(claimed, holder, time);
    expect(proofs.every(({ ok }) => ok)).toBe(true);
    expect(seconds()).toBe(0);
  });

  test("is tried again while rights and policies take effect", async () => {
    const { holder, time, seconds } = view({
      canI: (question, second) => second >= 2 && isNeeded(question),
      attempt: (what, second) =>
        second < 4 && what.includes("service-account-token")
          ? { outcome: "allowed" }
          : what.includes("dockerconfigjson") && what.includes("shop") && !what.includes("refused")
            ? { outcome: "allowed" }
            : refused,
    });
    await proveAccess(claimed, holder, time);
    expect(seconds()).toBe(4);
  });

  test("whose policy still refuses what the config wants by now is tried again", async () => {
    const { holder, time, seconds } = view({
      attempt: (_, second) => (second < 3 ? refused : undefined) as AttemptOutcome,
    });
    await proveAccess(claimed, holder, time);
    expect(seconds()).toBe(3);
  });

  test("that the API server doesn't know yet is tried again, for half a minute", async () => {
    const { holder, time, seconds } = view({
      canI: () => {
        throw new ClusterError("unauthorized", "the API server doesn't accept the credential");
      },
    });
    await expect(proveAccess(claimed, holder, time)).rejects.toMatchObject({
      kind: "unauthorized",
    });
    expect(seconds()).toBe(30);
  });

  test("that an API server can't be asked about isn't tried again", async () => {
    const { holder, time, seconds } = view({
      canI: () => {
        throw new ClusterError("unreachable", "connection lost");
      },
    });
    await expect(proveAccess(claimed, holder, time)).rejects.toMatchObject({ kind: "unreachable" });
    expect(seconds()).toBe(0);
  });

  test("that may too much isn't stored, and what is wrong is named", async () => {
    const { holder, time } = view({
      canI: (question) => isNeeded(question) || question.verb === "list",
    });
    await expect(proveAccess(claimed, holder, time)).rejects.toMatchObject({
      name: "NotProven",
      message: expect.stringMatching(
        /^the credential isn't what it should be\n {2}list any secrets in all namespaces: must be refused, but is allowed\n/,
      ),
      hint: expect.stringContaining(
        "kubectl auth can-i --list --as system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets",
      ),
    });
  });

  test("that only a policy could stop, and none does, points to the policy", async () => {
    const { holder, time } = view({ attempt: () => ({ outcome: "allowed" }) });
    await expect(proveAccess(claimed, holder, time)).rejects.toMatchObject({
      hint: expect.stringContaining("the admission policy isn't in effect"),
    });
  });

  test("that something else refuses first is told in its words", async () => {
    const message = 'admission webhook "warden.example.com" denied the request: not here';
    const { holder, time } = view({ attempt: () => ({ outcome: "unclear", message }) });
    await expect(proveAccess(claimed, holder, time)).rejects.toMatchObject({
      message: expect.stringContaining(`must be refused, but is unclear (${message})`),
      hint: expect.stringMatching(/^another policy or webhook stands in the way, or ours/),
    });
  });

  test("is proved without a policy where somebody said so", async () => {
    const { holder, time } = view({ attempt: () => ({ outcome: "allowed" }) });
    const bare = wishOf({ withPolicy: false });
    const proofs = await proveAccess({ ...claimed, wish: bare }, holder, time);
    expect(proofs.some(({ needsPolicy }) => needsPolicy)).toBe(false);
  });

  test("is tried on what the config links, and not where a secret is in the way", async () => {
    const tried: string[] = [];
    const linking = wishOf({ desired: desiredOf({ serviceAccounts: ["default"] }) });
    const { holder, time } = view({
      canI: () => true,
      attempt: (what) => {
        tried.push(what);
        return { outcome: "allowed" };
      },
      secrets: [{ namespace: "shop", name: "ecr-pull", annotations: {} }],
      accounts: [{ namespace: "shop", name: "default", imagePullSecrets: ["theirs"] }],
    });
    await expect(proveAccess({ ...claimed, wish: linking }, holder, time)).rejects.toThrow();
    expect(tried.filter((what) => what.includes("token") && what.includes("shop"))).toEqual([]);
    expect(tried.filter((what) => what.includes("imagePullSecrets"))[0]).toBe(
      JSON.stringify({
        kind: "merge",
        ref: { apiVersion: "v1", kind: "ServiceAccount", name: "default", namespace: "shop" },
        patch: { imagePullSecrets: [{ name: "theirs" }, { name: "ecr-pull" }] },
      }),
    );
  });

  test("is tried on a workload that restarts, where one is there", async () => {
    const workload = { kind: "deployment", name: "registry" } as const;
    const restarting = wishOf({ desired: desiredOf({ restart: ["deployment/registry"] }) });
    const what = "restart deployment shop/registry";
    const { holder, time } = view({
      canI: () => true,
      attempt: (sent) => (sent.includes("restarted-for") ? refused : { outcome: "allowed" }),
      workloads: [{ ...workload, namespace: "shop" }],
    });
    await expect(proveAccess({ ...claimed, wish: restarting }, holder, time)).rejects.toMatchObject(
      {
        proofs: expect.arrayContaining([
          expect.objectContaining({ what, expected: "allowed", found: "refused", ok: false }),
          expect.objectContaining({ what: "run another image in deployment shop/registry" }),
        ]),
      },
    );
  });
});
