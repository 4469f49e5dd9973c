import { describe, expect, test } from "vitest";
import { parseLabelSelector } from "../../../src/config/label-selector.ts";
import {
  literalNamespaces,
  type NamespaceSelection,
  selectsNamespace,
  splitNamespaces,
} from "../../../src/config/namespace-selection.ts";
import { matchesCluster } from "../../../src/config/stage-config.ts";
import { onlyPullSecret, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const allNamespaces: NamespaceSelection = {
  include: ["*"],
  exclude: [],
  selector: undefined,
};

describe("a namespace selection", () => {
  test.each<[Partial<NamespaceSelection>, string, Record<string, string>, boolean]>([
    [{}, "default", {}, true],
    [{ include: ["team-*"] }, "team-web", {}, true],
    [{ include: ["team-*"] }, "default", {}, false],
    [{ include: ["a", "b"] }, "b", {}, true],
    [{ exclude: ["kube-*"] }, "kube-system", {}, false],
    [{ exclude: ["kube-*"] }, "default", {}, true],
    [{ include: ["kube-system"], exclude: ["kube-*"] }, "kube-system", {}, false],
    [{ selector: parseLabelSelector("pull-ecr!=no") }, "default", {}, true],
    [{ selector: parseLabelSelector("pull-ecr!=no") }, "default", { "pull-ecr": "no" }, false],
    [{ include: ["a"], selector: parseLabelSelector("x") }, "b", { x: "" }, false],
  ])("%j selects %j with labels %j: %j", (selection, name, labels, expected) => {
    expect(selectsNamespace({ ...allNamespaces, ...selection }, { name, labels })).toBe(expected);
  });

  test.each<[Partial<NamespaceSelection>, readonly string[] | undefined]>([
    [{ include: ["a", "b"] }, ["a", "b"]],
    [{ include: ["a", "b", "a"] }, ["a", "b"]],
    [{ include: ["a", "b"], exclude: ["b"] }, ["a"]],
    [{ include: ["a", "kube-x"], exclude: ["kube-*"] }, ["a"]],
    [{ include: ["a"], exclude: ["*"] }, []],
    [{ include: ["a", "b*"] }, undefined],
    [{ include: ["a?"] }, undefined],
    [{ include: ["a"], selector: parseLabelSelector("x=y") }, undefined],
    [{ include: ["a"], selector: [] }, undefined],
    [{}, undefined],
  ])("%j names outright: %j", (selection, expected) => {
    expect(literalNamespaces({ ...allNamespaces, ...selection })).toEqual(expected);
  });

  test.each([
    ["a,b", ["a", "b"]],
    ["a;b", ["a", "b"]],
    ["a b", ["a", "b"]],
    ["a\nb\r\nc\td", ["a", "b", "c", "d"]],
    [" , a ;; b , ", ["a", "b"]],
    ["team-*", ["team-*"]],
    [" ,; ", []],
  ])("in one string %j is %j", (text, expected) => {
    expect(splitNamespaces(text)).toEqual(expected);
  });
});

describe("namespaces in a config", () => {
  test.each<[string, NamespaceSelection]>([
    ["namespaces: [web, team-*]", selection(["web", "team-*"])],
    ["namespaces: web", selection(["web"])],
    ["namespaces: 'web, team-*; api\tx'", selection(["web", "team-*", "api", "x"])],
    ["namespaces: |\n  web\n  api", selection(["web", "api"])],
    ["namespaces: { include: [web] }", selection(["web"])],
    ["namespaces: { exclude: [kube-*] }", selection(["*"], ["kube-*"])],
    ["namespaces: {}", selection(["*"])],
    [
      "namespaces: { include: [a*], exclude: [ab], selector: '!x' }",
      { include: ["a*"], exclude: ["ab"], selector: [{ operator: "absent", key: "x" }] },
    ],
  ])("%j", (line, expected) => {
    expect(onlyPullSecret(pullSecretWith(registries, line)).namespaces).toEqual(expected);
  });

  test("are all of them where none are named", () => {
    expect(onlyPullSecret(pullSecretWith(registries)).namespaces).toEqual(allNamespaces);
  });
});

describe("the string of an older tool", () => {
  const there = ["default", "team-a", "team-b", "team-10", "a-team", "kube-system", "teamx"];
  const chosenBy = (text: string) => {
    const { namespaces } = onlyPullSecret(
      pullSecretWith(registries, `namespaces: ${JSON.stringify(text)}`),
    );
    return there.filter((name) => selectsNamespace(namespaces, { name, labels: {} }));
  };

  // https://github.com/nabsul/k8s-ecr-login-renew: its TARGET_NAMESPACE.
  test.each<[string, readonly string[]]>([
    ["default", ["default"]],
    ["default,team-a", ["default", "team-a"]],
    ["default, team-a", ["default", "team-a"]],
    ["default;team-a", ["default", "team-a"]],
    ["default\nteam-a\n", ["default", "team-a"]],
    ["default,\n  team-?;\n  *-team\n", ["default", "team-a", "team-b", "a-team"]],
    ["*", there],
    ["default,team-*,*-system", ["default", "team-a", "team-b", "team-10", "kube-system"]],
    ["team-a,team-?0", ["team-a", "team-10"]],
    ["team?", ["teamx"]],
    ["team", []],
  ])("k8s-ecr-login-renew %j means the same namespaces here", (text, expected) => {
    expect(chosenBy(text)).toEqual(expected);
  });

  // TARGET_NAMESPACES of the credentials helper for ECR Public: names for a shell's loop.
  test.each<[string, readonly string[]]>([
    ["default", ["default"]],
    ["default team-a", ["default", "team-a"]],
    ["  default   team-a\tteam-b ", ["default", "team-a", "team-b"]],
  ])("ECR Public credentials helper %j means the same namespaces here", (text, expected) => {
    expect(chosenBy(text)).toEqual(expected);
  });

  test("that names nothing is refused, not taken for all", () => {
    for (const text of ["", " ", ",;\n"]) {
      expect(problemsIn(pullSecretWith(registries, `namespaces: ${JSON.stringify(text)}`))).toEqual(
        [
          expect.objectContaining({
            path: "pullSecrets[0].namespaces",
            message: "expected at least one entry, found none",
          }),
        ],
      );
    }
  });
});

describe("clusters in a config", () => {
  test.each<[string, readonly string[]]>([
    ["adopt: false", ["prod-eu", "prod-us", "dev", "prod.eu"]],
    ["clusters: [prod-eu]", ["prod-eu"]],
    ["clusters: ['prod-*', dev]", ["prod-eu", "prod-us", "dev"]],
    ["clusters: ['prod?eu']", ["prod-eu", "prod.eu"]],
    ["clusters: [prod.eu]", ["prod.eu"]],
    ["clusters: [prod]", []],
  ])("%s: by name and by glob, over the whole name", (line, expected) => {
    const pullSecret = onlyPullSecret(pullSecretWith(registries, line));
    const all = ["prod-eu", "prod-us", "dev", "prod.eu"];
    expect(all.filter((name) => matchesCluster(pullSecret, name))).toEqual(expected);
  });
});

function selection(include: readonly string[], exclude: readonly string[] = []) {
  return { include, exclude, selector: undefined };
}
