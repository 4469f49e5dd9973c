import { describe, expect, test } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import { planSweep } from "../../../src/refresh/plan/plan.ts";
import { describeReason } from "../../../src/refresh/rules/describe-reason.ts";
import {
  ecr,
  editedBy,
  foreignSecret,
  hoursAgo,
  hoursAhead,
  namespace,
  now,
  observed,
  ourSecret,
  owner,
  plan,
  pullSecret,
  registryKey,
  serviceAccount,
} from "./builders.ts";

const web = namespace("web");

describe("a secret is written", () => {
  test("when it is missing, in every namespace that the config selects", () => {
    const namespaces = [web, namespace("api"), namespace("kube-system")];
    const { writes } = plan(pullSecret(), { namespaces });
    expect(writes.map((write) => write.namespace)).toEqual(["web", "api"]);
    expect(writes[0]?.reason).toEqual({ why: "missing" });
  });

  test.each([
    { ageHours: 1, due: false },
    { ageHours: 5.3, due: false },
    { ageHours: 6.1, due: true },
    { ageHours: 11.9, due: true },
    { ageHours: 13, due: true },
  ])("at about half of a credential's life: $ageHours of 12 hours, $due", ({ ageHours, due }) => {
    const desired = pullSecret();
    const secrets = [ourSecret(desired, "web", { ageHours })];
    expect(plan(desired, { namespaces: [web], secrets }).writes).toHaveLength(due ? 1 : 0);
  });

  test("by the registry that is due, not by the ones that are fresh", () => {
    const desired = pullSecret({ registries: [ecr(), ecr("eu-west-1")] });
    const [first, second] = desired.registries;
    const stamp = (source = "", ageHours = 1) => ({
      issued: hoursAgo(ageHours),
      expires: hoursAhead(12 - ageHours),
      source,
    });
    const registries = new Map([
      [first?.key ?? "", stamp(first?.source)],
      [second?.key ?? "", stamp(second?.source, 7)],
    ]);
    const secrets = [ourSecret(desired, "web", { registries })];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect([...(write?.due ?? [])]).toEqual(["123456789012.dkr.ecr.eu-west-1"]);
  });

  test("at once when the config names another role", () => {
    const before = pullSecret();
    const roleArn = "arn:aws:iam::123456789012:role/pull";
    const after = pullSecret({ registries: [ecr("us-east-1", { roleArn })] });
    const secrets = [ourSecret(before, "web", { shape: after.shape })];
    const [write] = plan(after, { namespaces: [web], secrets }).writes;
    expect(write?.reason).toMatchObject({ why: "registry-due", due: { why: "source-changed" } });
  });

  test("when the config asks for a host more", () => {
    const before = pullSecret();
    const after = pullSecret({ registries: [ecr("us-east-1", { endpoints: ["ipv4", "fips"] })] });
    const secrets = [ourSecret(before, "web")];
    const [write] = plan(after, { namespaces: [web], secrets }).writes;
    expect(write?.reason).toEqual({ why: "shape-changed" });
  });

  test("when a registry was added to the config, and when one was taken out", () => {
    const one = pullSecret();
    const two = pullSecret({ registries: [ecr(), ecr("eu-west-1")] });
    const grown = plan(two, { namespaces: [web], secrets: [ourSecret(one, "web")] });
    const shrunk = plan(one, { namespaces: [web], secrets: [ourSecret(two, "web")] });
    expect(grown.writes[0]?.reason).toEqual({ why: "shape-changed" });
    expect(shrunk.writes[0]?.reason).toEqual({ why: "shape-changed" });
  });

  test("when another field manager has taken a field of ours, which is named", () => {
    const desired = pullSecret();
    const secrets = [editedBy("kubectl-edit", ourSecret(desired, "web"))];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect(write && describeReason(write.reason)).toBe(
      "kubectl-edit changed data..dockerconfigjson",
    );
    expect(write?.contention).toEqual({ manager: "kubectl-edit", rewrites: 1 });
  });

  test.each([
    ["not there", undefined],
    ["not JSON", "{"],
    ["a list", "[]"],
    ["without times", `{"${registryKey}":{"source":"x"}}`],
    [
      "with a time that is none",
      `{"${registryKey}":{"issued":"soon","expires":"2027","source":""}}`,
    ],
  ])("when its note of the registries is %s", (_, registries) => {
    const desired = pullSecret();
    const secret = ourSecret(desired, "web");
    const annotations = { ...secret.annotations, "ecr-pull-secrets/registries": registries ?? "" };
    const secrets = [{ ...secret, annotations }];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect(write?.reason).toMatchObject({ due: { why: "absent" } });
  });

  test("when it claims to have been issued in the future", () => {
    const desired = pullSecret();
    const secrets = [ourSecret(desired, "web", { ageHours: -2 })];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect(write?.reason).toMatchObject({ due: { why: "implausible" } });
  });

  test("when a trial from a laptop left it, whatever its age", () => {
    const desired = pullSecret();
    const secrets = [ourSecret(desired, "web", { owner: "999999999999/eu-west-1/local" })];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect(write?.reason).toEqual({ why: "trial-taken-over" });
  });
});

describe("a secret is left alone", () => {
  test("when nothing about it is due, with no change at all in the plan", () => {
    const desired = pullSecret({ serviceAccounts: ["default"] });
    const cluster = {
      namespaces: [web],
      secrets: [ourSecret(desired, "web")],
      serviceAccounts: [serviceAccount("web", ["ecr-pull"])],
    };
    const quiet = plan(desired, cluster);
    expect(quiet).toMatchObject({ writes: [], links: [], deletions: [], findings: [] });
    expect(quiet.current).toHaveLength(1);
  });

  test("when somebody else made it: a conflict that names the maker and the remedy", () => {
    const secrets = [foreignSecret("ecr-pull", "web")];
    const { writes, findings } = plan(pullSecret(), { namespaces: [web], secrets });
    expect(writes).toEqual([]);
    expect(findings).toMatchObject([{ kind: "conflict", severity: "failure", namespace: "web" }]);
    expect(findings[0]?.message).toContain("kubectl-create");
    expect(findings[0]?.hint).toContain("adopt: true");
  });

  test("unless the config says to adopt it", () => {
    const secrets = [foreignSecret("ecr-pull", "web")];
    const { writes, findings } = plan(pullSecret({ adopt: true }), { namespaces: [web], secrets });
    expect(writes[0]?.reason).toEqual({ why: "adopted" });
    expect(writes[0]?.existing?.state.resourceVersion).toBe("41");
    expect(findings).toEqual([]);
  });

  test("when another deployment owns it, even where foreign ones are adopted", () => {
    const desired = pullSecret({ adopt: true });
    const secrets = [ourSecret(desired, "web", { owner: "123456789012/us-east-1/staging" })];
    const { writes, findings } = plan(desired, { namespaces: [web], secrets });
    expect(writes).toEqual([]);
    expect(findings[0]).toMatchObject({ kind: "conflict", severity: "failure" });
    expect(findings[0]?.message).toContain("123456789012/us-east-1/staging");
  });

  test("when a local sweep meets a deployed one's", () => {
    const desired = pullSecret();
    const local = { ...owner, stage: "local" };
    const cluster = observed({ namespaces: [web], secrets: [ourSecret(desired, "web")] });
    const trial = planSweep([desired], cluster, { cluster: "kind", owner: local, now });
    expect(trial.findings[0]).toMatchObject({ kind: "conflict" });
  });

  test("when the same field was taken back three times in a row: contention is reported", () => {
    const desired = pullSecret();
    const fought = { contention: { manager: "argocd", rewrites: 3 } };
    const secrets = [editedBy("argocd", ourSecret(desired, "web", fought))];
    const { writes, findings } = plan(desired, { namespaces: [web], secrets });
    expect(writes).toEqual([]);
    expect(findings[0]).toMatchObject({ kind: "contention", severity: "failure" });
    expect(findings[0]?.message).toContain("argocd keeps changing data..dockerconfigjson");
  });

  test("but not beyond its half-life: giving up a fight must not let a credential die", () => {
    const desired = pullSecret();
    const fought = { ageHours: 7, contention: { manager: "argocd", rewrites: 3 } };
    const secrets = [editedBy("argocd", ourSecret(desired, "web", fought))];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect(write?.contention).toEqual({ manager: "argocd", rewrites: 3 });
  });

  test("when it is being deleted: it is made anew once it is gone", () => {
    const desired = pullSecret();
    const secrets = [{ ...ourSecret(desired, "web"), terminating: true }];
    const { writes, findings } = plan(desired, { namespaces: [web], secrets });
    expect(writes).toEqual([]);
    expect(findings[0]).toMatchObject({ kind: "pending", severity: "notice" });
  });
});

describe("a fight ends", () => {
  test("when a regular renewal finds nothing taken", () => {
    const desired = pullSecret();
    const settled = { ageHours: 7, contention: { manager: "argocd", rewrites: 2 } };
    const secrets = [ourSecret(desired, "web", settled)];
    const [write] = plan(desired, { namespaces: [web], secrets }).writes;
    expect(write?.contention).toBeUndefined();
  });
});

describe("a namespace", () => {
  test("that is being deleted is skipped, and is no failure", () => {
    const namespaces = [namespace("web", { terminating: true })];
    const { writes, findings } = plan(pullSecret(), { namespaces });
    expect(writes).toEqual([]);
    expect(findings).toMatchObject([{ kind: "terminating", severity: "notice" }]);
  });

  test("that the config names and that isn't there yet is pending", () => {
    const exact = { include: ["web", "soon"], exclude: [], selector: undefined };
    const { writes, findings } = plan(pullSecret({ namespaces: exact }), { namespaces: [web] });
    expect(writes.map((write) => write.namespace)).toEqual(["web"]);
    expect(findings).toMatchObject([{ kind: "pending", namespace: "soon", severity: "notice" }]);
  });

  test("that nobody could list is written to if the config names it", () => {
    const exact = { include: ["web"], exclude: [], selector: undefined };
    const { writes, namespaces } = plan(pullSecret({ namespaces: exact }), {});
    expect(writes.map((write) => write.namespace)).toEqual(["web"]);
    expect(namespaces).toEqual({ known: 1, selected: 1 });
  });
});

describe("orphans", () => {
  const desired = pullSecret({
    namespaces: { include: ["team-*"], exclude: [], selector: undefined },
  });
  const names = Array.from({ length: 10 }, (_, index) => `old-${index}`);
  const cluster = {
    namespaces: names.map((name) => namespace(name)),
    secrets: names.map((name) => ourSecret(desired, name)),
  };

  test("are reported, and stay", () => {
    const { deletions, findings } = plan(desired, cluster);
    expect(deletions).toEqual([]);
    expect(findings).toHaveLength(10);
    expect(findings[0]).toMatchObject({ kind: "orphaned", severity: "notice" });
  });

  test("go with prune, at most a fifth in one sweep, by UID", () => {
    const { deletions, findings } = plan({ ...desired, prune: true }, cluster);
    expect(deletions).toHaveLength(2);
    expect(deletions[0]).toEqual({ pullSecret: "ecr-pull", namespace: "old-0", uid: "uid-old-0" });
    expect(findings.filter(({ kind }) => kind === "prune-held")).toHaveLength(8);
  });

  test("go one at a time where a fifth is less than one", () => {
    const few = { namespaces: cluster.namespaces, secrets: cluster.secrets.slice(0, 2) };
    expect(plan({ ...desired, prune: true }, few).deletions).toHaveLength(1);
  });

  test("of others are none of ours", () => {
    const secrets = [
      foreignSecret("ecr-pull", "old-0"),
      ourSecret(desired, "old-1", { owner: "123456789012/us-east-1/staging" }),
    ];
    const { deletions, findings } = plan({ ...desired, prune: true }, { ...cluster, secrets });
    expect({ deletions, findings }).toEqual({ deletions: [], findings: [] });
  });
});

describe("service accounts", () => {
  const desired = pullSecret({ serviceAccounts: ["default"] });

  test("are linked where the secret is ours or is about to be, and only there", () => {
    const { links } = plan(desired, {
      namespaces: [web, namespace("api"), namespace("taken")],
      secrets: [ourSecret(desired, "web"), foreignSecret("ecr-pull", "taken")],
      serviceAccounts: ["web", "api", "taken", "kube-system"].map((name) => serviceAccount(name)),
    });
    expect(links.map(({ account }) => account.namespace)).toEqual(["web", "api"]);
  });

  test("that others linked too keep those entries, and are linked once", () => {
    const { links } = plan(desired, {
      namespaces: [web, namespace("api")],
      serviceAccounts: [
        serviceAccount("web", ["theirs", "ecr-pull"]),
        serviceAccount("api", ["x"]),
      ],
    });
    expect(links.map(({ account }) => account)).toEqual([serviceAccount("api", ["x"])]);
  });

  test("of any name are linked if the config asks for all", () => {
    const all = pullSecret({ serviceAccounts: "all" });
    const accounts = ["default", "builder"].map((name) => serviceAccount("web", [], name));
    const cluster = {
      ...observed({ namespaces: [web] }),
      serviceAccounts: new Map([["*", { items: accounts, refused: [] }]]),
    };
    const { links } = planSweep([all], cluster, { cluster: "prod-eu", owner, now });
    expect(links.map(({ account }) => account.name)).toEqual(["default", "builder"]);
  });

  test("are linked once where two names are found in one list of all", () => {
    const both = pullSecret({ serviceAccounts: ["default", "builder"] });
    const accounts = ["default", "builder"].map((name) => serviceAccount("web", [], name));
    const cluster = {
      ...observed({ namespaces: [web] }),
      serviceAccounts: new Map([["*", { items: accounts, refused: [] }]]),
    };
    const { links } = planSweep([both], cluster, { cluster: "prod-eu", owner, now });
    expect(links).toHaveLength(2);
  });
});

describe("a refused list", () => {
  const forbidden = new ClusterError("forbidden", 'cannot list resource "secrets"');

  test("fails its pull secret and no other", () => {
    const other = pullSecret({ name: "other" });
    const cluster = {
      ...observed({ namespaces: [web] }),
      secrets: new Map([
        ["ecr-pull", { items: [], refused: [{ namespace: undefined, error: forbidden }] }],
      ]),
    };
    const judge = { cluster: "prod-eu", owner, now };
    const { writes, refusals } = planSweep([pullSecret(), other], cluster, judge);
    expect(writes.map(({ secret }) => secret.name)).toEqual(["other"]);
    expect(refusals).toMatchObject([{ pullSecret: "ecr-pull", error: { kind: "forbidden" } }]);
  });

  test("of one named namespace fails just that namespace", () => {
    const exact = { include: ["web", "api"], exclude: [], selector: undefined };
    const cluster = {
      ...observed({}),
      secrets: new Map([
        ["ecr-pull", { items: [], refused: [{ namespace: "api", error: forbidden }] }],
      ]),
    };
    const judge = { cluster: "prod-eu", owner, now };
    const { writes, refusals } = planSweep([pullSecret({ namespaces: exact })], cluster, judge);
    expect(writes.map((write) => write.namespace)).toEqual(["web"]);
    expect(refusals).toMatchObject([{ namespace: "api" }]);
  });
});
