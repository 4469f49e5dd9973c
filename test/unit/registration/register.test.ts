import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { serviceAccountAccess } from "../../../src/registration/access/service-account-access.ts";
import { leftToDo, type RegistrationOutcome } from "../../../src/registration/outcome.ts";
import { changesSomething } from "../../../src/registration/plan-registration.ts";
import { desiredOf, schedulePeriodMs } from "./objects.ts";
import { type RegistrationScene, startRegistrationScene, stepsOf } from "./registration-scene.ts";

let scene: RegistrationScene;
beforeAll(async () => {
  scene = await startRegistrationScene();
});
afterEach(() => {
  scene.cluster.clearFaults();
  scene.aws.heal();
  scene.expectNothingTold();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** A place of its own in the cluster, and a name of its own. */
function place(name: string) {
  return { cluster: name, namespace: name, access: accessFor(name, 2_592_000) };
}

function accessFor(namespace: string, lifetimeSeconds: number | undefined) {
  return serviceAccountAccess({ namespace, lifetimeSeconds, schedulePeriodMs });
}

function writesOf({ plan }: RegistrationOutcome): string[] {
  return stepsOf(plan).filter((step) => !step.startsWith("keep"));
}

function seconds(time: Date | undefined): string {
  return time?.toISOString().replace(/\.\d{3}Z$/, "Z") ?? "";
}

const objectKinds = [
  "Namespace",
  "ServiceAccount",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
];
const all = (verb: string) => objectKinds.map((kind) => `${verb} ${kind}`);

/** The token in a record. */
function tokenOf(name: string): string {
  const { users } = parse(scene.record(name)?.value ?? "") as {
    users: { user: { token: string } }[];
  };
  return users[0]?.user.token ?? "";
}

describe("one cluster, from its first registration on", () => {
  const prod = place("prod");
  afterAll(() => scene.removePolicies());

  test("is granted its rights, proves them, is stored and swept", async () => {
    const outcome = await scene.register(prod);

    expect(outcome.stopped).toBeUndefined();
    expect(stepsOf(outcome.plan)).toEqual(all("create"));
    expect(outcome.done).toEqual(outcome.plan.objects);
    expect(outcome.record).toBe("created");
    expect(outcome.proofs.length).toBeGreaterThan(50);
    expect(outcome.proofs.filter(({ ok }) => !ok)).toEqual([]);
    expect(scene.asked).toEqual([{ cluster: "prod", mode: "sweep" }]);
    const { issuedAt, expiresAt } = outcome.credential ?? {};
    expect((expiresAt?.getTime() ?? 0) - (issuedAt?.getTime() ?? 0)).toBe(2_592_000_000);
    const { tags, value } = scene.record("prod") ?? {};
    expect(tags).toEqual({
      "ecr-pull-secrets:rbac": expect.stringMatching(/^[0-9a-f]{16}$/),
      "ecr-pull-secrets:credential": `${seconds(issuedAt)}/${seconds(expiresAt)}`,
    });
    const { url: server } = scene.cluster;
    const ca = expect.any(String);
    expect(parse(value ?? "")).toMatchObject({
      "current-context": "prod",
      clusters: [{ cluster: { server, "certificate-authority-data": ca } }],
      users: [{ user: { token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) } }],
    });
  });

  test("again: nothing is written, neither there nor in AWS", async () => {
    const before = scene.record("prod");
    scene.cluster.forgetRequests();

    const outcome = await scene.register(prod);

    expect(changesSomething(outcome.plan)).toBe(false);
    expect(outcome).toMatchObject({ record: "kept", stopped: undefined });
    expect(scene.record("prod")).toEqual(before);
    const writes = scene.cluster.requests.filter(
      ({ verb, query, path }) =>
        !["get", "list"].includes(verb) && query.get("dryRun") === null && !/reviews$/.test(path),
    );
    expect(writes).toEqual([]);
  });

  test("with a config that grew: just the difference is granted, and noted", async () => {
    const before = scene.record("prod");
    const desired = desiredOf({}, { name: "second", namespaces: ["shop"] });

    const outcome = await scene.register({ ...prod, desired });

    expect(writesOf(outcome)).toEqual(["change ValidatingAdmissionPolicy", "change ClusterRole"]);
    expect(outcome).toMatchObject({ record: "kept", stopped: undefined });
    const after = scene.record("prod");
    expect(after?.value).toBe(before?.value);
    expect(after?.tags["ecr-pull-secrets:rbac"]).not.toBe(before?.tags["ecr-pull-secrets:rbac"]);
  });

  test("with a config that names its namespaces: what was granted cluster-wide goes", async () => {
    const desired = desiredOf({ namespaces: ["shop", "not-there-yet"] });
    const outcome = await scene.register({ ...prod, desired });
    expect(outcome.stopped).toBeUndefined();
    expect(writesOf(outcome)).toEqual([
      "change ValidatingAdmissionPolicy",
      "wait Role",
      "wait RoleBinding",
      "create Role",
      "create RoleBinding",
      "remove ClusterRoleBinding",
      "remove ClusterRole",
    ]);
    // Not all is granted: whoever goes by the tags has to look again.
    expect(scene.record("prod")?.tags["ecr-pull-secrets:rbac"]).toBeUndefined();
  });

  test("after somebody's edit: what another tool holds of our objects is taken away", async () => {
    const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    const policy = `${policies}/ecr-pull-secrets.prod`;
    const never = { name: "never", expression: "false" };
    await scene.patch(policy, { spec: { matchConditions: [never] } });

    const outcome = await scene.register(prod);

    expect(outcome.stopped).toBeUndefined();
    expect(writesOf(outcome)).toContain("change ValidatingAdmissionPolicy");
    const { spec } = (await scene.get(policy)) as { spec: { matchConditions: unknown } };
    expect(spec.matchConditions).toEqual([
      { name: "by-ecr-pull-secrets", expression: expect.stringContaining("prod") },
    ]);
  });

  test("by one who may neither read nor write the rights: the credential proves them", async () => {
    const jane = scene.cluster.addUser("jane");
    const token = [{ verbs: ["create"], resources: ["serviceaccounts/token"] }];
    scene.cluster.state.grant("jane", token);
    const kubeconfig = scene.cluster.kubeconfig(jane);

    const outcome = await scene.register({ ...prod, replace: true }, { kubeconfig });

    expect(outcome).toMatchObject({ record: "replaced", stopped: undefined, done: [] });
    expect(outcome.plan.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^you may not list ClusterRole, ClusterRoleBinding, Role, /),
    );
  });

  test("whose ServiceAccount was deleted: it gets another, and a token, unasked", async () => {
    scene.cluster.state.deleteServiceAccount("prod", "ecr-pull-secrets");
    const outcome = await scene.register({ ...prod, access: accessFor("prod", 172_800) });
    expect(outcome).toMatchObject({ record: "replaced", stopped: undefined });
    expect(writesOf(outcome)).toEqual(["create ServiceAccount"]);
  });

  test("with --renew, that fails in the last moment: the old credential stays in force", async () => {
    const before = tokenOf("prod");
    scene.aws.deny("secretsmanager:UpdateSecretVersionStage");
    const outcome = await scene.register({ ...prod, renew: true });
    scene.aws.allow("secretsmanager:UpdateSecretVersionStage");
    expect(kindOf(outcome.stopped?.error)).toBe("denied");
    expect(tokenOf("prod")).toBe(before);
  });

  test("with --renew, whose tags can't be written: the new credential counts as stored", async () => {
    const before = tokenOf("prod");
    scene.aws.deny("secretsmanager:TagResource");
    const outcome = await scene.register({
      ...prod,
      access: accessFor("prod", 259_200),
      renew: true,
    });
    scene.aws.allow("secretsmanager:TagResource");
    expect(kindOf(outcome.stopped?.error)).toBe("denied");
    expect(outcome.record).toBe("replaced");
    expect(leftToDo(outcome)).toEqual(["the sweep"]);
    expect(tokenOf("prod")).not.toBe(before);
  });

  test("with --renew, while the config wants other rights: it doesn't say they are granted", async () => {
    const granted = () => scene.record("prod")?.tags["ecr-pull-secrets:rbac"];
    const before = granted();
    const desired = desiredOf({ namespaces: { include: ["*"], exclude: ["kube-*", "later"] } });
    const access = accessFor("prod", 172_800);
    const outcome = await scene.register({ ...prod, access, desired, renew: true });
    expect(outcome).toMatchObject({ record: "replaced", stopped: undefined, done: [] });
    expect(granted()).toBe(before);
  });

  test("with --renew: it gets a new credential, for as long as it wanted before", async () => {
    const before = tokenOf("prod");
    const access = accessFor("prod", undefined);

    const outcome = await scene.register({ ...prod, access, renew: true });

    expect(outcome).toMatchObject({ record: "replaced", stopped: undefined, done: [] });
    expect(tokenOf("prod")).not.toBe(before);
    const { issuedAt, expiresAt } = outcome.credential ?? {};
    expect((expiresAt?.getTime() ?? 0) - (issuedAt?.getTime() ?? 0)).toBe(172_800_000);
    const { stages, tags } = scene.record("prod") ?? {};
    expect(
      Object.values(stages ?? {})
        .flat()
        .sort(),
    ).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
    expect(tags?.["ecr-pull-secrets:credential"]).toBe(
      `${seconds(issuedAt)}/${seconds(expiresAt)}`,
    );
  });

  test("at another address: refused without --replace, and stored with it", async () => {
    const localhost = scene.cluster.kubeconfig().replace("127.0.0.1", "localhost");
    const moved = { kubeconfig: localhost };
    await expect(scene.register(prod, moved)).rejects.toMatchObject({
      name: "RegistrationRefused",
      message: expect.stringMatching(/^prod is registered already, at https:\/\/127\.0\.0\.1:/),
    });

    const outcome = await scene.register({ ...prod, replace: true }, moved);

    expect(outcome).toMatchObject({ record: "replaced", stopped: undefined });
    expect(scene.record("prod")?.value).toContain("server: https://localhost:");
  });
});

describe("a local cluster", () => {
  const factory = { ...place("factory"), isLocal: true };
  afterAll(() => scene.removePolicies());

  test("is registered as any other, and nobody is asked to sweep it", async () => {
    const before = scene.asked.length;
    const outcome = await scene.register(factory);
    expect(outcome).toMatchObject({ record: "created", sweep: undefined, stopped: undefined });
    expect(outcome.proofs.length).toBeGreaterThan(50);
    expect(scene.asked).toHaveLength(before);
  });

  test("that isn't noted as renewed has its runner's sweep left", async () => {
    scene.aws.deny("secretsmanager:TagResource");
    const access = accessFor("factory", 259_200);
    const outcome = await scene.register({ ...factory, access, renew: true });
    scene.aws.allow("secretsmanager:TagResource");
    expect(leftToDo(outcome)).toEqual(["its runner's sweep"]);
  });
});

describe("what isn't ours", () => {
  test("is left alone: a record that isn't a kubeconfig", async () => {
    scene.aws.secrets.create("ecr-pull-secrets/prod/clusters/by-hand", "not: [a kubeconfig");
    await expect(scene.register(place("by-hand"))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^by-hand is registered already, with a record that can't be used: /,
      ),
    });
    expect(scene.record("by-hand")?.value).toBe("not: [a kubeconfig");
  });

  test("is left alone: a namespace that another deployment made for itself", async () => {
    scene.cluster.state.createNamespace("theirs");
    await scene.patch("/api/v1/namespaces/theirs", {
      metadata: { annotations: { "ecr-pull-secrets/owner": "123456789012/eu-west-1/prod" } },
    });
    scene.cluster.forgetRequests();
    await expect(scene.register(place("theirs"))).rejects.toMatchObject({
      problems: [
        {
          message: "Namespace theirs belongs to another deployment (123456789012/eu-west-1/prod)",
          hint: expect.stringContaining("--namespace"),
        },
      ],
    });
    expect(scene.cluster.requests.map(({ method }) => method)).not.toContain("PATCH");
  });
});

describe("an administrator", () => {
  test("who lacks rights is told which, and nothing is begun", async () => {
    const joe = scene.cluster.addUser("joe");
    scene.cluster.state.grant("joe", [
      { verbs: ["get", "list", "create", "patch"], resources: ["namespaces", "serviceaccounts"] },
    ]);
    scene.cluster.forgetRequests();
    await expect(
      scene.register(place("joes"), { kubeconfig: scene.cluster.kubeconfig(joe) }),
    ).rejects.toMatchObject({
      problems: [
        { message: expect.stringMatching(/^joe may not read ValidatingAdmissionPolicy /) },
        { message: expect.stringMatching(/^joe may not get a token of ServiceAccount joes/) },
      ],
    });
    expect(scene.cluster.requests.map(({ method }) => method)).not.toContain("PATCH");
  });
});

describe("a server", () => {
  const unserved = {
    on: { path: "/apis/admissionregistration.k8s.io/v1" },
    times: 2,
    do: { type: "answer", code: 404, body: "404 page not found\n" },
  } as const;

  test("without admission policies is refused, unless somebody says that it must do", async () => {
    scene.cluster.fault(unserved);
    await expect(scene.register(place("old"))).rejects.toMatchObject({
      problems: [
        {
          message: expect.stringContaining("has no ValidatingAdmissionPolicy"),
          hint: expect.stringContaining("--without-policy"),
        },
      ],
    });

    const outcome = await scene.register({ ...place("old"), withPolicy: false });

    expect(outcome).toMatchObject({ record: "created", stopped: undefined });
    expect(stepsOf(outcome.plan)).toEqual(all("create").filter((step) => !step.includes("Policy")));
  });
});

describe("two people at once", () => {
  test("register: the second hears of it, and what the first stored stands", async () => {
    const second = await scene.register(place("twice"), {
      beforeWriting: () => scene.register(place("twice")),
    });
    expect(second.stopped?.error).toMatchObject({
      message: "somebody else registered twice meanwhile; their record was left alone",
      hint: expect.stringContaining("run this again"),
    });
    expect(second.record).toBeUndefined();

    const replace = { ...place("twice"), replace: true };
    let first = "";
    const third = await scene.register(replace, {
      beforeWriting: async () => {
        await scene.register(replace);
        first = tokenOf("twice");
      },
    });
    expect(third.stopped?.error).toMatchObject({
      message: expect.stringContaining("somebody else changed the record of twice"),
    });
    expect(tokenOf("twice")).toBe(first);
  });
});

function kindOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "kind" in error ? error.kind : error;
}

describe("what was interrupted", () => {
  test("after any step, again and again, is completed by the next run", async () => {
    const seen: string[] = [];
    const interrupted = { message: "interrupted" };
    const run = () =>
      scene.register(place("interrupted"), {
        async around(title, work) {
          const result = await work();
          if (!seen.includes(title)) {
            seen.push(title);
            throw interrupted;
          }
          return result;
        },
      });

    const outcomes = [await run()];
    while (outcomes.at(-1)?.stopped !== undefined && outcomes.length < 20) {
      outcomes.push(await run());
    }

    const name = "interrupted/ecr-pull-secrets";
    expect(seen).toEqual([
      "Create Namespace interrupted",
      `Create ServiceAccount ${name}`,
      "Create ValidatingAdmissionPolicy ecr-pull-secrets.interrupted",
      "Create ValidatingAdmissionPolicyBinding ecr-pull-secrets.interrupted",
      "Create ClusterRole ecr-pull-secrets.interrupted",
      "Create ClusterRoleBinding ecr-pull-secrets.interrupted",
      `Create Role ${name}-token`,
      `Create RoleBinding ${name}-token`,
      `Get a token of ServiceAccount ${name}`,
      "Try the credential",
      "Store the kubeconfig in AWS Secrets Manager",
      "Note the rights in AWS Secrets Manager",
      "Ask the deployed function to sweep it",
    ]);
    const last = outcomes.pop();
    expect(outcomes.map(({ stopped }) => stopped?.error)).toEqual(seen.map(() => interrupted));
    // Each run does what the one before left, and nothing twice.
    expect(outcomes.map(({ done }) => done.length)).toEqual([
      ...all("create").map(() => 1),
      0,
      0,
      0,
      0,
      0,
    ]);
    expect(last).toMatchObject({ done: [], record: "kept", sweep: { outcome: "ok" } });
    expect(scene.record("interrupted")?.tags).toHaveProperty(["ecr-pull-secrets:rbac"]);
  });

  test("because somebody refuses, is completed by the next run", async () => {
    const run = () => scene.register(place("refused"));
    const notToday = { type: "status", code: 403, message: "not today" } as const;

    scene.cluster.fault({ on: { method: "PATCH", path: /clusterrolebindings/ }, do: notToday });
    const byRights = await run();
    scene.cluster.fault({ on: { method: "POST", path: /\/token$/ }, do: notToday });
    const byToken = await run();
    scene.aws.deny("secretsmanager:CreateSecret");
    const byStore = await run();
    scene.aws.allow("secretsmanager:CreateSecret");
    scene.aws.deny("lambda:InvokeFunction");
    const byFunction = await run();
    scene.aws.allow("lambda:InvokeFunction");
    const last = await run();

    const told = [byRights, byToken, byStore, byFunction].map((outcome) => ({
      done: outcome.done.length,
      kind: kindOf(outcome.stopped?.error),
      record: outcome.record,
      left: leftToDo(outcome),
    }));
    expect(told).toEqual([
      {
        done: 5,
        kind: "forbidden",
        record: undefined,
        left: ["3 of 8 objects", "the credential and its record", "the sweep"],
      },
      {
        done: 3,
        kind: "forbidden",
        record: undefined,
        left: ["the credential and its record", "the sweep"],
      },
      {
        done: 0,
        kind: "denied",
        record: undefined,
        left: ["the credential and its record", "the sweep"],
      },
      { done: 0, kind: "denied", record: "created", left: ["the sweep"] },
    ]);
    expect(last).toMatchObject({ record: "kept", stopped: undefined, sweep: { outcome: "ok" } });
  });
});
