/** Which links go when the config drops a name, and how long a secret remembers it. */
import { describe, expect, test } from "vitest";
import type { NamedAccounts } from "../../../src/pull-secrets/named-accounts.ts";
import type { SecretState } from "../../../src/refresh/ports.ts";
import { droppedNames } from "../../../src/refresh/rules/dropped-accounts.ts";
import { rememberedAccounts } from "../../../src/refresh/rules/remembered-accounts.ts";
import {
  type Cluster,
  namespace,
  ourSecret,
  owner,
  plan,
  pullSecret,
  serviceAccount,
} from "./builders.ts";

const linking = (...serviceAccounts: string[]) => pullSecret({ serviceAccounts });
const linked = (name: string, where = "web") => serviceAccount(where, ["theirs", "ecr-pull"], name);

function remembering(serviceAccounts: NamedAccounts | undefined, where = "web", ageHours = 1) {
  return ourSecret(pullSecret(), where, { serviceAccounts, ageHours });
}

const cluster = (
  secret: SecretState,
  ...droppedAccounts: ReturnType<typeof linked>[]
): Cluster => ({
  namespaces: [namespace("web")],
  secrets: [secret],
  droppedAccounts,
});

const unlinksOf = (...args: Parameters<typeof plan>) =>
  plan(...args).unlinks.map(({ account }) => `${account.namespace}/${account.name}`);

describe("a link is taken out", () => {
  test("of a name that the secret remembers and the config has dropped", () => {
    const seen = cluster(remembering(["builder", "default"]), linked("builder"), linked("default"));
    expect(unlinksOf(linking("default"), seen)).toEqual(["web/builder"]);
    expect(unlinksOf(linking(), seen)).toEqual(["web/builder", "web/default"]);
  });

  test("of all accounts but the wanted ones, once they were all wanted", () => {
    const seen = cluster(remembering("all"), linked("builder"), linked("default"));
    expect(unlinksOf(linking("default"), seen)).toEqual(["web/builder"]);
  });

  test.each<[why: string, NamedAccounts | undefined, serviceAccounts: string[] | "all"]>([
    ["nobody remembers it: a person has made it", ["default"], ["default"]],
    ["the secret is of an older version, and remembers nothing", undefined, []],
    ["the config still asks for it", ["builder"], ["builder"]],
    ["the config asks for all", ["builder"], "all"],
  ])("not if %s", (_, remembered, serviceAccounts) => {
    const seen = cluster(remembering(remembered), linked("builder"));
    expect(unlinksOf(pullSecret({ serviceAccounts }), seen)).toEqual([]);
  });

  test("not if it is gone already, or another namespace's", () => {
    const unlinked = serviceAccount("web", ["theirs"], "builder");
    const seen = cluster(remembering(["builder"]), unlinked, linked("builder", "kube-system"));
    expect(unlinksOf(linking(), seen)).toEqual([]);
  });

  test("not by what somebody notes on a secret that isn't ours", () => {
    const { annotations, ...secret } = remembering(["builder"]);
    const { "ecr-pull-secrets/owner": _, ...rest } = annotations;
    const foreign = { ...secret, annotations: rest };
    const seen = cluster(foreign, linked("builder"));
    expect(unlinksOf(pullSecret({ adopt: true }), seen)).toEqual([]);
    expect(droppedNames(linking(), [foreign], owner)).toEqual([]);
  });

  test("not by what another deployment notes: its accounts aren't even looked at", () => {
    const { annotations, ...secret } = remembering(["builder"]);
    const noted = (stage: string) => {
      const other = { ...annotations, "ecr-pull-secrets/owner": `111122223333/us-east-1/${stage}` };
      return droppedNames(linking(), [{ ...secret, annotations: other }], owner);
    };
    expect(noted("another")).toEqual([]);
    expect(noted("local")).toEqual(["builder"]);
  });

  test("of wanted names too, where the secret itself goes", () => {
    const seen: Cluster = {
      namespaces: [namespace("web"), namespace("old")],
      secrets: [remembering(["default"]), remembering(["default", "builder"], "old")],
      serviceAccounts: [linked("default"), linked("default", "old"), linked("other", "old")],
      droppedAccounts: [linked("builder", "old")],
    };
    const namespaces = { include: ["web"], exclude: [], selector: undefined };
    const narrowed = pullSecret({ namespaces, serviceAccounts: ["default"], prune: true });
    expect(unlinksOf(narrowed, seen)).toEqual(["old/default", "old/builder"]);
    expect(unlinksOf({ ...narrowed, prune: false }, seen)).toEqual([]);
  });
});

describe("names to look at", () => {
  test("are those that the config has dropped, the most remembered first", () => {
    const states = [
      remembering(["a", "default"], "x"),
      remembering(["b"], "y"),
      remembering(["b", "c"], "z"),
    ];
    expect(droppedNames(linking("default"), states, owner)).toEqual(["b", "a", "c"]);
  });

  test("are all, if one of them remembers all, and each of the others' names", () => {
    const states = [remembering(["a"], "x"), remembering("all", "y")];
    expect(droppedNames(linking("default"), states, owner)).toEqual(["*", "a"]);
    expect(droppedNames(pullSecret({ serviceAccounts: "all" }), states, owner)).toEqual([]);
  });

  test("are a hundred at most, whatever somebody has written into an annotation", () => {
    const many = Array.from({ length: 1_500 }, (_, index) => `a-${index}`);
    const states = [
      remembering(many, "x"),
      remembering(["builder"], "y"),
      remembering(["builder"], "z"),
    ];
    const names = droppedNames(linking(), states, owner);
    expect(names).toHaveLength(100);
    expect(names[0]).toBe("builder");
  });
});

describe("a secret that is written remembers", () => {
  const noting = (serviceAccounts: NamedAccounts | undefined, owner: string | undefined = "o") => {
    const stamps = { owner, serviceAccounts, shape: undefined, refreshedAt: undefined };
    return { stamps: { ...stamps, registries: new Map(), contention: undefined } };
  };

  test.each<
    [
      what: string,
      wanted: NamedAccounts,
      earlier: NamedAccounts | undefined,
      string[],
      NamedAccounts,
    ]
  >([
    ["what the config asks for", ["a"], undefined, [], ["a"]],
    ["a dropped name while it is linked", ["a"], ["a", "b"], ["b"], ["a", "b"]],
    ["it no more once it isn't", ["a"], ["a", "b"], [], ["a"]],
    ["all, while one of them is linked", ["a"], "all", ["b"], "all"],
    ["not all once none is", ["a"], "all", [], ["a"]],
    ["all that the config asks for", "all", ["b"], ["b"], "all"],
    ["nobody whom it didn't before", ["a"], ["a"], ["c"], ["a"]],
  ])("%s", (_, serviceAccounts, earlier, stillLinked, remembered) => {
    const secret = pullSecret({ serviceAccounts });
    const write = { secret, existing: noting(earlier), stillLinked };
    expect(rememberedAccounts(write)).toEqual(remembered);
  });

  test("nothing that was noted before it was ours", () => {
    const existing = noting(["b"]);
    const foreign = { stamps: { ...existing.stamps, owner: undefined } };
    const write = { secret: linking("a"), existing: foreign, stillLinked: ["b"] };
    expect(rememberedAccounts(write)).toEqual(["a"]);
  });

  test("names that there were too many of to look at, until a later sweep has", () => {
    const names = Array.from({ length: 150 }, (_, index) => `a-${1_000 + index}`);
    const secret = remembering(names, "web", 7);
    const asked = droppedNames(linking(), [secret], owner).map((name) =>
      serviceAccount("web", [], name),
    );
    const { writes } = plan(linking(), cluster(secret, ...asked));
    expect(writes.map(rememberedAccounts)).toEqual([names.slice(100)]);
  });

  test("what the plan saw linked in its namespace", () => {
    const secrets = [remembering(["builder"], "web", 7), remembering(["builder"], "api", 7)];
    const { writes } = plan(linking(), {
      namespaces: [namespace("web"), namespace("api")],
      secrets,
      droppedAccounts: [linked("builder"), serviceAccount("api", [], "builder")],
    });
    expect(writes.map((write) => [write.namespace, rememberedAccounts(write)])).toEqual([
      ["web", ["builder"]],
      ["api", []],
    ]);
  });
});
