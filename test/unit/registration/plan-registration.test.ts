import { describe, expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import type { StoredCredential } from "../../../src/clusters/stored-credential.ts";
import { KubeconfigError } from "../../../src/errors.ts";
import type { InspectedRecord, Inspection } from "../../../src/registration/inspection.ts";
import {
  changesSomething,
  type Planned,
  planRegistration,
  type RegistrationPlan,
} from "../../../src/registration/plan-registration.ts";
import { type RegistrationWish, rightsWish } from "../../../src/registration/registration-wish.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { desiredOf, live, wishOf } from "./objects.ts";

const server = "https://10.0.0.1:6443";
const reached = { server, unreached: undefined, verified: true };

const accountToken: StoredCredential = {
  kind: "service-account-token",
  namespace: "ecr-pull-secrets",
  name: "ecr-pull-secrets",
  issuedAt: new Date("2026-11-01T00:00:00Z"),
  expiresAt: new Date("2026-12-01T00:00:00Z"),
  wantedLifetimeSeconds: 2_592_000,
};

function recordOf(change: {
  readonly credential?: StoredCredential;
  readonly server?: string;
  readonly dead?: string;
}): InspectedRecord {
  const { credential = accountToken, dead } = change;
  const kubeconfig = new SecretValue("kubeconfig");
  const content = { server: change.server ?? server, credential, kubeconfig };
  return { state: noState, versionId: "v1", content, dead };
}

const ofGroup = {
  ...wishOf().access,
  subject: { kind: "Group", name: "ecr-pull-secrets" } as const,
};

const neighbour = { kind: "ServiceAccount", namespace: "ecr-pull-secrets", name: "x" } as const;
const ofNeighbour = { ...wishOf().access, subject: neighbour };

type Found = "nothing" | "everything";

function inspect(wish: RegistrationWish, found: Found, record?: InspectedRecord): Inspection {
  const rights = computeRights(rightsWish(wish));
  const objects = rights.objects.map((wanted) => ({
    wanted,
    live: found === "everything" ? live(wanted) : undefined,
  }));
  return { rights, objects, stale: [], unlisted: [], record };
}

function planned(result: Planned): RegistrationPlan {
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

const problemsOf = (result: Planned) => ("problems" in result ? result.problems : []);

describe("a registration is planned", () => {
  test("from nothing: every object and the record are made", () => {
    const wish = wishOf();
    const plan = planned(planRegistration(inspect(wish, "nothing"), wish, reached));
    expect(plan.objects.map(({ verb, object }) => [verb, object.kind])).toEqual([
      ["create", "Namespace"],
      ["create", "ServiceAccount"],
      ["create", "ValidatingAdmissionPolicy"],
      ["create", "ValidatingAdmissionPolicyBinding"],
      ["create", "ClusterRole"],
      ["create", "ClusterRoleBinding"],
      ["create", "Role"],
      ["create", "RoleBinding"],
    ]);
    expect(plan.record).toEqual({ action: "create" });
    expect(plan.warnings).toEqual([]);
  });

  test("where all is there and works: nothing is changed", () => {
    const wish = wishOf();
    const inspection = inspect(wish, "everything", recordOf({}));
    const plan = planned(planRegistration(inspection, wish, reached));
    expect(new Set(plan.objects.map(({ verb }) => verb))).toEqual(new Set(["keep"]));
    expect(plan.record.action).toBe("keep");
    expect(changesSomething(plan)).toBe(false);
  });

  test("where just the record is missing: it alone is made", () => {
    const wish = wishOf();
    const plan = planned(planRegistration(inspect(wish, "everything"), wish, reached));
    expect(new Set(plan.objects.map(({ verb }) => verb))).toEqual(new Set(["keep"]));
    expect(plan.record.action).toBe("create");
    expect(changesSomething(plan)).toBe(true);
  });

  test("where an earlier config wanted more: what is left of it is removed, last", () => {
    const wish = wishOf();
    const left = live({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "ecr-pull-secrets", namespace: "web" },
    });
    const inspection = { ...inspect(wish, "everything", recordOf({})), stale: [left] };
    const plan = planned(planRegistration(inspection, wish, reached));
    expect(plan.objects.at(-1)).toEqual({ verb: "remove", object: left });
    expect(changesSomething(plan)).toBe(true);
  });

  test.each([
    ["--replace", { replace: true }, recordOf({ server: "https://other:6443" })],
    ["--replace of a dead one", { replace: true }, recordOf({ dead: "expired" })],
    ["--renew", { renew: true }, recordOf({})],
    ["--renew of a dead one", { renew: true }, recordOf({ dead: "expired" })],
  ])("with %s: the record gets a new credential", (_, change, record) => {
    const wish = wishOf(change);
    const plan = planned(planRegistration(inspect(wish, "everything", record), wish, reached));
    expect(plan.record).toMatchObject({ action: "replace", record });
  });

  test("where the stored credential opens nothing: it is replaced, and the plan says why", () => {
    const wish = wishOf();
    const record = recordOf({ dead: "the token expired" });
    const plan = planned(planRegistration(inspect(wish, "everything", record), wish, reached));
    expect(plan.record).toEqual({ action: "replace", record, dead: "the token expired" });
  });

  test("where the ServiceAccount is gone: its token is replaced, whatever it seems to open", () => {
    const wish = wishOf();
    const { objects, ...rest } = inspect(wish, "everything", recordOf({}));
    const without = objects.map((each) =>
      each.wanted.kind === "ServiceAccount" ? { ...each, live: undefined } : each,
    );
    const plan = planned(planRegistration({ ...rest, objects: without }, wish, reached));
    expect(plan.record).toMatchObject({ action: "replace", dead: "its ServiceAccount is gone" });
  });

  test("where a namespace isn't there yet: its Roles wait, and aren't asked for in the proof", () => {
    const wish = wishOf({ desired: desiredOf({ namespaces: ["web", "later"] }) });
    const { objects, ...rest } = inspect(wish, "nothing");
    const found = objects.map((each) =>
      each.wanted.metadata.namespace === "later" ? { ...each, live: "homeless" as const } : each,
    );
    const plan = planned(planRegistration({ ...rest, objects: found }, wish, reached));
    const waiting = plan.objects.filter(({ verb }) => verb === "wait");
    expect(waiting.map(({ object }) => `${object.kind} ${object.metadata.namespace}`)).toEqual([
      "Role later",
      "RoleBinding later",
    ]);
    const asked = new Set(plan.rights.needed.map(({ namespace }) => namespace));
    expect(asked).toEqual(new Set(["web", "ecr-pull-secrets"]));
    expect(plan.warnings).toMatchObject([
      { message: expect.stringContaining("namespaces later"), hint: expect.any(String) },
    ]);
  });

  test("with a warning where nobody could look for what an earlier config granted", () => {
    const wish = wishOf();
    const unlisted = ["Role", "RoleBinding"];
    const again = { ...inspect(wish, "everything", recordOf({})), unlisted };
    expect(planned(planRegistration(again, wish, reached)).warnings).toEqual([
      {
        message:
          "you may not list Role, RoleBinding: of what an earlier config granted, something may be left",
        hint: "let somebody look who may: kubectl get role,rolebinding -A -l app.kubernetes.io/managed-by=ecr-pull-secrets",
      },
    ]);
    const first = { ...inspect(wish, "nothing"), unlisted };
    expect(planned(planRegistration(first, wish, reached)).warnings).toEqual([]);
  });

  test("with --renew: the objects are left as they are, and said to be other than wanted", () => {
    const wish = wishOf({ renew: true });
    const { objects, ...rest } = inspect(wish, "everything", recordOf({}));
    const changed = objects.map((each) =>
      each.wanted.kind === "ClusterRole"
        ? { ...each, live: live({ ...each.wanted, rules: [] }) }
        : each,
    );
    const plan = planned(planRegistration({ ...rest, objects: changed }, wish, reached));
    expect(plan.objects).toEqual([]);
    expect(plan.warnings).toEqual([
      {
        message:
          "the rights in the cluster aren't what the config asks for; --renew leaves them so",
        hint: "put them right: ecr-pull-secrets register prod-eu --stage prod",
      },
    ]);
  });

  test.each<[string, Partial<RegistrationWish>, StoredCredential, string | undefined]>([
    ["another namespace", {}, { ...accountToken, namespace: "ops" }, "ops"],
    ["an account, for a group", { access: ofGroup }, accountToken, "ecr-pull-secrets"],
    ["an account, for its neighbour", { access: ofNeighbour }, accountToken, "ecr-pull-secrets"],
    ["the same account", {}, accountToken, undefined],
    ["somebody else's account", {}, { ...accountToken, namespace: "ops", name: "x" }, undefined],
    ["no account", {}, { kind: "eks" }, undefined],
  ])("with a warning of what stays of an account of ours, if the record had %s", (...given) => {
    const [, change, credential, left] = given;
    const wish = wishOf({ replace: true, ...change });
    const found = inspect(wish, "everything", recordOf({ credential }));
    const { warnings } = planned(planRegistration(found, wish, reached));
    const expected = {
      message: `prod-eu was registered with ServiceAccount ${left}/ecr-pull-secrets: that stays, and so do its tokens, and what else was made for it`,
      hint: `afterwards, kubectl delete serviceaccount ecr-pull-secrets --namespace ${left} ends its tokens; the rest goes when prod-eu is unregistered`,
    };
    expect(warnings).toEqual(left === undefined ? [] : [expected]);
  });

  test("with a warning where the address is this machine's", () => {
    const wish = wishOf();
    for (const loopback of ["https://127.0.0.1:6443", "https://localhost", "https://[::1]:1"]) {
      const destination = { ...reached, server: loopback };
      const plan = planned(planRegistration(inspect(wish, "nothing"), wish, destination));
      expect(plan.warnings).toMatchObject([{ message: expect.stringContaining(loopback) }]);
    }
  });

  test("without that warning where a runner is to sweep it, perhaps on this machine", () => {
    const wish = wishOf({ isLocal: true });
    const destination = { ...reached, server: "https://127.0.0.1:6443" };
    const plan = planned(planRegistration(inspect(wish, "nothing"), wish, destination));
    expect(plan.warnings).toEqual([]);
  });

  test("with a warning where nobody verifies the certificate", () => {
    const wish = wishOf();
    const destination = { ...reached, verified: false };
    const plan = planned(planRegistration(inspect(wish, "nothing"), wish, destination));
    expect(plan.warnings).toMatchObject([
      {
        message: expect.stringMatching(/certificate is NOT verified: .* prod-eu's credential/),
        hint: expect.stringContaining("allowInsecureTls"),
      },
    ]);
  });

  test.each([
    [false, "the first sweep shows whether the deployed function reaches it"],
    [true, "the first sweep shows whether its runner reaches it"],
  ])("with a warning where the address can't be reached from here (local: %s)", (isLocal, hint) => {
    const wish = wishOf({ isLocal });
    const destination = { ...reached, unreached: "connect timed out" };
    const plan = planned(planRegistration(inspect(wish, "nothing"), wish, destination));
    expect(plan.warnings).toMatchObject([
      { message: expect.stringContaining("can't be reached from here (connect timed out)"), hint },
    ]);
  });
});

describe("a registration is refused", () => {
  test.each([
    [
      "at another address",
      recordOf({ server: "https://other:6443" }),
      {
        message: `prod-eu is registered already, at https://other:6443 and not at ${server}`,
        hint: expect.stringContaining("--replace"),
      },
    ],
    [
      "with a client certificate",
      recordOf({
        credential: { kind: "client-certificate", issuedAt: new Date(0), expiresAt: new Date(1) },
      }),
      {
        message: "prod-eu is registered already, with a client certificate",
        hint: "add --replace to store a token of ServiceAccount ecr-pull-secrets/ecr-pull-secrets instead",
      },
    ],
    [
      "with another account's token",
      recordOf({ credential: { ...accountToken, namespace: "platform" } }),
      {
        message:
          "prod-eu is registered already, with a token of ServiceAccount platform/ecr-pull-secrets",
        hint: expect.stringContaining("--replace"),
      },
    ],
    [
      "with something that isn't a kubeconfig",
      { ...recordOf({}), content: new KubeconfigError("the record holds binary data") },
      {
        message:
          "prod-eu is registered already, with a record that can't be used: the record holds binary data",
        hint: "add --replace to give it a new credential",
      },
    ],
  ])("where the name is registered %s", (_, record, problem) => {
    const wish = wishOf();
    const result = planRegistration(inspect(wish, "everything", record), wish, reached);
    expect(problemsOf(result)).toEqual([problem]);
  });

  test("with --renew, where nothing is registered", () => {
    const wish = wishOf({ renew: true });
    expect(problemsOf(planRegistration(inspect(wish, "everything"), wish, reached))).toMatchObject([
      { message: expect.stringContaining("no cluster prod-eu is registered") },
    ]);
  });

  test("with --renew, where an object is missing", () => {
    const wish = wishOf({ renew: true });
    const result = planRegistration(inspect(wish, "nothing", recordOf({})), wish, reached);
    expect(problemsOf(result)).toMatchObject([
      { message: expect.stringMatching(/^Namespace ecr-pull-secrets isn't there/) },
    ]);
  });

  test("with all that stands in the way at once, and the same only once", () => {
    const wish = wishOf();
    const { objects, ...rest } = inspect(
      wish,
      "everything",
      recordOf({ server: "https://other:6443" }),
    );
    const foreign = objects.map(({ wanted }) => {
      const annotations = { "ecr-pull-secrets/owner": "123456789012/eu-west-1/prod" };
      return { wanted, live: live({ ...wanted, metadata: { ...wanted.metadata, annotations } }) };
    });
    const result = planRegistration({ ...rest, objects: foreign }, wish, reached);
    expect(problemsOf(result).map(({ message }) => message)).toEqual([
      "Namespace ecr-pull-secrets belongs to another deployment (123456789012/eu-west-1/prod)",
      expect.stringContaining("registered already, at https://other:6443"),
    ]);
  });
});
