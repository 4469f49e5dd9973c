import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ClusterError, UserError } from "../../../src/errors.ts";
import { ownSecret, type RemovalScene, startRemovalScene } from "./removal-scene.ts";

let name = "";
let names = 0;
let scene: RemovalScene;
beforeAll(async () => {
  scene = await startRemovalScene();
});
beforeEach(() => {
  names += 1;
  name = `prod-${names}`;
});
afterEach(async () => {
  scene.cluster.clearFaults();
  scene.aws.heal();
  await scene.wipe();
});
afterAll(() => scene[Symbol.asyncDispose]());

const state = () => scene.cluster.state;
const links = (account: string) => state().imagePullSecrets("shop", account);
const isRegistered = () => scene.record(name)?.deletionAt === undefined;

function registerWithSecrets(): void {
  scene.registered(name);
  scene.writeSecret("shop");
  scene.writeSecret("team");
  state().createServiceAccount("shop", "linked", ["first", "ecr-pull", "last"]);
}

/** What is in the cluster and bears our label. */
const everything = [
  "ClusterRoleBinding",
  "RoleBinding",
  "ServiceAccount",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingAdmissionPolicy",
  "ClusterRole",
  "Role",
  "Namespace",
];

describe("what register made", () => {
  test("goes: bindings first, links and secrets, roles, the namespace, and the record last", async () => {
    registerWithSecrets();
    const steps: string[] = [];
    const outcome = await scene.unregister(
      { cluster: name, recoveryDays: 7 },
      {
        around: (title, work) => {
          steps.push(title);
          return work();
        },
      },
    );

    expect(outcome).toMatchObject({ stopped: undefined, secrets: 2, unlinked: 1 });
    expect(outcome.objects.map(({ kind }) => kind)).toEqual(everything);
    expect(steps[0]).toBe("Remove ClusterRoleBinding ecr-pull-secrets");
    expect(steps.indexOf("Unlink 1 service account")).toBeLessThan(
      steps.indexOf("Delete 2 pull secrets"),
    );
    expect(steps.at(-1)).toBe("Remove the record in AWS Secrets Manager");
    expect(scene.marked()).toEqual([]);
    expect(links("linked")).toEqual(["first", "last"]);
    const inDays = ((scene.record(name)?.deletionAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(inDays).toBeCloseTo(7, 1);
    expect(outcome.recordUntil?.getTime()).toBeCloseTo(Date.now() + 7 * 86_400_000, -5);
  });

  test("can be registered again, which brings the record back", async () => {
    registerWithSecrets();
    await scene.unregister({ cluster: name });
    state().removeNamespace("ecr-pull-secrets");
    const { stopped } = await scene.register({ cluster: name });
    expect(stopped).toBeUndefined();
    expect(isRegistered()).toBe(true);
  });

  test("goes step by step, if each run is interrupted after one step", async () => {
    registerWithSecrets();
    const interrupted = new Error("interrupted");
    const done: string[] = [];
    for (let run = 1; run < 30; run += 1) {
      const before = done.length;
      const { stopped } = await scene.unregister(
        { cluster: name },
        {
          around: async (title, work) => {
            if (done.length > before) {
              throw interrupted;
            }
            const result = await work();
            if (!title.startsWith("Look")) {
              done.push(title);
            }
            return result;
          },
        },
      );
      expect(stopped?.error ?? interrupted).toBe(interrupted);
      // As long as something is left, a second run knows where to look.
      expect(isRegistered()).toBe(done.at(-1) !== "Remove the record in AWS Secrets Manager");
      if (!isRegistered()) {
        break;
      }
    }
    expect(done.toSorted()).toEqual([...new Set(done)].toSorted());
    expect(done).toHaveLength(everything.length + 3);
    expect(scene.marked()).toEqual([]);
    expect(links("linked")).toEqual(["first", "last"]);
  });

  test("is found by its marks, whatever the secrets are called", async () => {
    registerWithSecrets();
    scene.writeSecret("shop", "forgotten");
    state().createServiceAccount("shop", "old", ["forgotten"]);
    expect(await scene.unregister({ cluster: name })).toMatchObject({ secrets: 3, unlinked: 2 });
    expect(state().secret("shop", "forgotten")).toBeUndefined();
    expect(links("old")).toEqual([]);
  });

  test("goes from every place that it was registered with", async () => {
    scene.registered(name, "second");
    const { stopped, plan } = await scene.register({ cluster: name, replace: true });
    expect(stopped).toBeUndefined();
    expect(plan.warnings.at(-1)?.message).toMatch(
      /ServiceAccount second\/ecr-pull-secrets: that stays/,
    );
    await scene.unregister({ cluster: name });
    expect(scene.marked()).toEqual([]);
  });

  test("stays where the secrets are to be kept, but for the rights and the record", async () => {
    registerWithSecrets();
    const outcome = await scene.unregister({ cluster: name, keepSecrets: true });
    expect(outcome).toMatchObject({ stopped: undefined, secrets: 0, unlinked: 0 });
    expect(outcome.plan.cluster?.kept).toHaveLength(2);
    expect(outcome.objects.map(({ kind }) => kind)).toEqual(everything);
    expect(state().secret("shop", "ecr-pull")).toBeDefined();
    expect(links("linked")).toEqual(["first", "ecr-pull", "last"]);
    expect(isRegistered()).toBe(false);
  });
});

describe("what others made", () => {
  test("stays, and is counted", async () => {
    registerWithSecrets();
    const other = { "ecr-pull-secrets/owner": "999999999999/us-east-1/prod" };
    state().createSecret("shop", "theirs", ownSecret({ annotations: other }));
    const trial = { "ecr-pull-secrets/owner": "123456789012/us-east-1/local" };
    state().createSecret("shop", "trial", ownSecret({ annotations: trial }));
    state().createSecret("shop", "foreign", { data: { a: "b" } });
    const outcome = await scene.unregister({ cluster: name });
    expect([...(outcome.plan.cluster?.others ?? [])]).toEqual([
      ["999999999999/us-east-1/prod", 1],
      ["123456789012/us-east-1/local", 1],
    ]);
    const left = ["theirs", "trial", "foreign"].filter((each) => state().secret("shop", each));
    expect(left).toEqual(["theirs", "trial", "foreign"]);
  });

  test("stays if it bears our marks by a name that we never give, and moves no cursor", async () => {
    registerWithSecrets();
    const { labels, annotations } = marks();
    const metadata = {
      name: "forged\u001b[2J",
      namespace: "ecr-pull-secrets",
      labels,
      annotations,
    };
    state().create({ ...role, metadata });
    const outcome = await scene.unregister({ cluster: name });
    expect(state().find("Role", metadata.name, "ecr-pull-secrets")).toBeDefined();
    expect(outcome.namespaces[0]?.content).toEqual(["Role forged?[2J"]);
    expect([...(outcome.plan.cluster?.others.values() ?? [])]).toEqual([1]);
  });

  test("keeps its links to nothing, by a name that a Role has for its own namespace alone", async () => {
    registerWithSecrets();
    const metadata = { name: "ecr-pull-secrets", namespace: "team", ...marks() };
    const resourceNames = ["local", "a,metadata.namespace=shop"];
    const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames, verbs: ["get"] }];
    state().create({ ...role, metadata, rules });
    state().createServiceAccount("team", "ours", ["local"]);
    state().createServiceAccount("shop", "theirs", ["local"]);
    expect((await scene.unregister({ cluster: name })).stopped).toBeUndefined();
    expect(state().imagePullSecrets("team", "ours")).toEqual([]);
    expect(links("theirs")).toEqual(["local"]);
  });

  const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", rules: [] };

  /** As anybody could write them who may write in a namespace. */
  function marks() {
    const owner = "123456789012/us-east-1/prod";
    return {
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      annotations: { "ecr-pull-secrets/owner": owner, "ecr-pull-secrets/cluster": name },
    };
  }

  test("keeps its links, also by a name of ours; a link to nothing goes", async () => {
    registerWithSecrets();
    state().createSecret("other", "ecr-pull", { data: { a: "b" } });
    state().createServiceAccount("other", "theirs", ["ecr-pull"]);
    state().deleteSecret("shop", "ecr-pull");
    await scene.unregister({ cluster: name });
    expect(state().imagePullSecrets("other", "theirs")).toEqual(["ecr-pull"]);
    expect(links("linked")).toEqual(["first", "last"]);
  });

  test("keeps our namespace, and is named", async () => {
    registerWithSecrets();
    state().createSecret("ecr-pull-secrets", "notes");
    const outcome = await scene.unregister({ cluster: name });
    expect(outcome.namespaces.map(({ content }) => content)).toEqual([["Secret notes"]]);
    expect(outcome).toMatchObject({ stopped: undefined });
    expect(outcome.objects.map(({ kind }) => kind)).not.toContain("Namespace");
    expect(state().secret("ecr-pull-secrets", "notes")).toBeDefined();
  });

  test("keeps our namespace, too, if it came after the plan was shown", async () => {
    registerWithSecrets();
    const outcome = await scene.unregister(
      { cluster: name },
      { beforeRemoving: () => state().createServiceAccount("ecr-pull-secrets", "theirs") },
    );
    expect(outcome.plan.cluster?.namespaces[0]?.content).toEqual([]);
    expect(outcome.namespaces[0]?.content).toEqual(["ServiceAccount theirs"]);
    expect(state().imagePullSecrets("ecr-pull-secrets", "theirs")).toBeDefined();
  });

  test("was there before: a namespace that isn't marked as ours stays", async () => {
    state().createNamespace("ecr-pull-secrets");
    registerWithSecrets();
    const outcome = await scene.unregister({ cluster: name });
    expect(outcome.namespaces).toEqual([]);
    expect(state().imagePullSecrets("ecr-pull-secrets", "default")).toEqual([]);
  });

  test("is a registration of the same cluster by another name, which needs the secrets", async () => {
    registerWithSecrets();
    scene.registered("second", "second");
    const outcome = await scene.unregister({ cluster: name });
    expect(outcome).toMatchObject({ secrets: 0, unlinked: 0, stopped: undefined });
    expect(outcome.plan.warnings[0]).toMatchObject({
      message: expect.stringMatching(/registered as second as well/),
      hint: "to remove them, too: ecr-pull-secrets unregister second --stage prod",
    });
    expect(state().secret("shop", "ecr-pull")).toBeDefined();
    expect(scene.marked().filter((each) => each.includes("second"))).not.toEqual([]);
  });
});

describe("what changes meanwhile", () => {
  test("is looked at again: a link that somebody adds to an account stays", async () => {
    registerWithSecrets();
    const patch = {
      imagePullSecrets: ["first", "ecr-pull", "new"].map((each) => ({ name: each })),
    };
    const outcome = await scene.unregister(
      { cluster: name },
      { beforeRemoving: () => state().editServiceAccount("shop", "linked", patch) },
    );
    expect(outcome.stopped).toBeUndefined();
    expect(links("linked")).toEqual(["first", "new"]);
  });

  test("is left alone, if a secret was made anew by somebody else", async () => {
    registerWithSecrets();
    const outcome = await scene.unregister(
      { cluster: name },
      {
        beforeRemoving: () => {
          state().deleteSecret("shop", "ecr-pull");
          state().createSecret("shop", "ecr-pull", { data: { a: "b" } });
        },
      },
    );
    expect(outcome.stopped).toBeUndefined();
    expect(state().secretData("shop", "ecr-pull")).toEqual({ a: "b" });
  });

  test.each([
    ["is told, and not counted, if another stands where ours was", true],
    ["counts as removed, if somebody else removed it", false],
  ])("%s", async (_, isReplaced) => {
    registerWithSecrets();
    const outcome = await scene.unregister(
      { cluster: name },
      {
        beforeRemoving: () => {
          state().deleteServiceAccount("ecr-pull-secrets", "ecr-pull-secrets");
          if (isReplaced) {
            state().createServiceAccount("ecr-pull-secrets", "ecr-pull-secrets");
          }
        },
      },
    );
    const kinds = outcome.objects.map(({ kind }) => kind);
    expect(kinds.includes("ServiceAccount")).toBe(!isReplaced);
    expect(outcome.stopped?.error).toEqual(
      isReplaced ? expect.objectContaining({ message: expect.stringMatching(told) }) : undefined,
    );
    expect(isRegistered()).toBe(isReplaced);
  });

  const told =
    /^somebody put another ServiceAccount ecr-pull-secrets\/ecr-pull-secrets in its place/;

  test("goes as well, if a sweep that had begun writes once more", async () => {
    registerWithSecrets();
    let late = 1;
    const outcome = await scene.unregister(
      { cluster: name },
      { around: writing("Delete 2 pull secrets", () => late-- > 0) },
    );
    expect(outcome.stopped).toBeUndefined();
    expect(state().secret("shop", "ecr-pull")).toBeUndefined();
  });

  test("ends in an error that leaves the record, if something writes again and again", async () => {
    registerWithSecrets();
    const outcome = await scene.unregister({ cluster: name }, { around: writing("Delete") });
    expect(outcome.stopped?.error).toBeInstanceOf(UserError);
    expect(String(outcome.stopped?.error)).toMatch(/again as soon as they are deleted/);
    expect(isRegistered()).toBe(true);
  });

  /** Writes a secret after the step. */
  function writing(title: string, when: () => boolean = () => true) {
    return async <T>(step: string, work: () => Promise<T>) => {
      const result = await work();
      if (step.startsWith(title) && when()) {
        scene.writeSecret("shop");
      }
      return result;
    };
  }

  test("is told, if one secret can't be deleted, after all others were", async () => {
    registerWithSecrets();
    const path = "/api/v1/namespaces/shop/secrets/ecr-pull";
    scene.cluster.fault({
      on: { method: "DELETE", path },
      do: { type: "status", code: 403, reason: "Forbidden", message: "a webhook says no" },
    });
    const outcome = await scene.unregister({ cluster: name });
    expect(String(outcome.stopped?.error)).toMatch(/Secret shop\/ecr-pull: /);
    expect(outcome.secrets).toBe(1);
    expect(isRegistered()).toBe(true);
    const second = await scene.unregister({ cluster: name });
    expect(second).toMatchObject({ stopped: undefined, secrets: 1 });
    expect(scene.marked()).toEqual([]);
  });
});

describe("the context", () => {
  test("has to lead to the registered server, or somebody has to say that it does", async () => {
    registerWithSecrets();
    await scene.moveRecord(name, "https://prod-eu.example.com:6443");
    await expect(scene.unregister({ cluster: name })).rejects.toThrow(
      /is registered at https:\/\/prod-eu\.example\.com:6443, and the context leads to/,
    );
    const server = "https://prod-eu.example.com:6443";
    expect(await scene.unregister({ cluster: name, server })).toMatchObject({ secrets: 2 });
  });

  test("is believed without a record, where marks name the cluster", async () => {
    registerWithSecrets();
    await scene.forgetRecord(name);
    const outcome = await scene.unregister({ cluster: name });
    expect(outcome).toMatchObject({ stopped: undefined, secrets: 2, recordUntil: undefined });
    expect(outcome.plan.warnings[0]?.message).toMatch(/isn't registered/);
    expect(scene.marked()).toEqual([]);
  });

  test("isn't believed where nothing names the cluster, unless somebody insists", async () => {
    scene.writeSecret("shop");
    const cluster = "never-registered";
    await expect(scene.unregister({ cluster })).rejects.toThrow(
      /nothing at https:\/\/127\.0\.0\.1:\d+ says that it was called so; 1 pull secret of this deployment is there/,
    );
    expect(state().secret("shop", "ecr-pull")).toBeDefined();
    const outcome = await scene.unregister({ cluster, leftovers: true });
    expect(outcome).toMatchObject({ stopped: undefined, secrets: 1 });
  });
});

describe("a credential that isn't of our making", () => {
  test("stays good, so the record goes first", async () => {
    scene.storeAsIs("as-is");
    scene.writeSecret("shop");
    const steps: string[] = [];
    const outcome = await scene.unregister(
      { cluster: "as-is" },
      {
        around: (title, work) => {
          steps.push(title);
          return work();
        },
      },
    );
    expect(outcome).toMatchObject({ stopped: undefined, secrets: 1 });
    expect(steps[0]).toBe("Remove the record in AWS Secrets Manager");
    expect(scene.record("as-is")?.deletionAt).toBeDefined();
  });
});

describe("whoever may not", () => {
  test("delete what is ours is told before anything is removed", async () => {
    registerWithSecrets();
    const jane = scene.cluster.addUser("jane");
    state().grant("jane", [
      { verbs: ["get", "list"], resources: ["*"], apiGroups: ["*"] },
      { verbs: ["delete"], resources: ["secrets"], namespaces: ["shop"] },
    ]);
    const kubeconfig = scene.cluster.kubeconfig(jane);
    const error = await scene.unregister({ cluster: name }, { kubeconfig }).catch((each) => each);
    expect(String(error)).toMatch(
      /somebody may not delete secrets in team, .*delete ClusterRoleBinding /,
    );
    expect(String(error)).toMatch(/change service accounts in shop/);
    expect(state().secret("shop", "ecr-pull")).toBeDefined();
  });

  test("list a kind is no proof that there is nothing of it", async () => {
    registerWithSecrets();
    const joe = scene.cluster.addUser("joe");
    const apiGroups = ["", "apps", "batch", "rbac.authorization.k8s.io"];
    state().grant("joe", [{ verbs: ["*"], resources: ["*"], apiGroups }]);
    const kubeconfig = scene.cluster.kubeconfig(joe);
    const error = await scene.unregister({ cluster: name }, { kubeconfig }).catch((each) => each);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error).toMatchObject({ kind: "forbidden" });
  });
});
