import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { parseOptions } from "../../bench/options.ts";

describe("the benchmark's command line", () => {
  test("measures 500 namespaces, and the slowest contestant in a sample of them", () => {
    expect(parseOptions([])).toEqual({
      output: "text",
      namespaces: 500,
      rounds: 5,
      foreignSecrets: 20_000,
      throttledClusters: 10_000,
      serialSample: 50,
    });
  });

  test("samples nothing with --full", () => {
    expect(parseOptions(["--full"])).toMatchObject({ namespaces: 500, serialSample: 500 });
    expect(parseOptions(["--full", "--quick"])).toMatchObject({
      namespaces: 100,
      serialSample: 100,
    });
  });

  test.each([
    [["--markdown"], "markdown"],
    [["--output", "json"], "json"],
    [["--output", "text"], "text"],
  ])("%j prints %s", (args, output) => {
    expect(parseOptions(args)?.output).toBe(output);
  });

  test("asks for help with --help, whatever else is there", () => {
    expect(parseOptions(["--quick", "--help"])).toBeUndefined();
  });

  test.each([
    [["--output", "yaml"], "--output yaml is not known: text or json"],
    [["--markdown", "--output", "json"], "--markdown and --output json exclude each other"],
    [["--fast"], "Unknown option '--fast'"],
    [["now"], "Unexpected argument 'now'"],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
