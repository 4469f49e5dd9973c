import { describe, expect, test } from "vitest";
import { chooseTarget } from "../../../src/cli/local/choose-target.ts";
import { UsageError } from "../../../src/errors.ts";

const text = { output: "text" } as const;

describe("which clusters a command line means", () => {
  test.each([
    ["all registered ones, by nothing", [], text, { kind: "registered", names: [] }],
    [
      "those that it names, each once",
      ["a", "b", "a"],
      text,
      { kind: "registered", names: ["a", "b"] },
    ],
    [
      "a registered one from here",
      ["a"],
      { ...text, local: true },
      { kind: "registered", names: ["a"] },
    ],
    [
      "that of a kubeconfig",
      [],
      { ...text, local: true, context: "kind" },
      { kind: "unregistered" },
    ],
    ["that of the current context", [], { ...text, local: true }, { kind: "unregistered" }],
  ])("%s", (_, names, options, expected) => {
    expect(chooseTarget(names, options)).toEqual(expected);
  });

  test.each([
    ["--context", { context: "kind" }],
    ["--kubeconfig", { kubeconfig: "file" }],
    ["--config", { config: "own.yml" }],
    ["--namespaces", { namespaces: "web" }],
    ["--service-account", { serviceAccount: ["default"] }],
  ])("a registered cluster's name and %s contradict each other", (flag, options) => {
    const choose = () => chooseTarget(["prod-eu"], { ...text, ...options });
    expect(choose).toThrow(UsageError);
    expect(choose).toThrow(`${flag} can't be combined with the name of a registered cluster`);
  });

  test("without --local, a context is of no use", () => {
    const choose = () => chooseTarget([], { ...text, context: "kind" });
    expect(choose).toThrow("--context is for a cluster that isn't registered");
    expect(choose).toThrow(expect.objectContaining({ hint: expect.stringContaining("--local") }));
  });

  test.each(["", "../../x", "a b", "-a", "a\n", "\u001b[2J", "x".repeat(101), "__proto__"])(
    "%j is no cluster's name",
    (name) => {
      const choose = () => chooseTarget(["prod-eu", name], text);
      expect(choose).toThrow(UsageError);
      expect(choose).toThrow(/^expected the name of a registered cluster, found "[^\p{Cc}]*"$/u);
    },
  );
});
