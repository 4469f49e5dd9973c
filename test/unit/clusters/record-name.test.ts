import { describe, expect, test } from "vitest";
import {
  clusterOf,
  isClusterName,
  recordName,
  recordPrefix,
} from "../../../src/clusters/record-name.ts";
import { clusterName } from "../../../src/config/fields.ts";
import { UserError } from "../../../src/errors.ts";

const goodNames = ["a", "prod-eu", "Prod.EU_1", "0", "a--b", "x".repeat(100)];
const badNames = [
  "",
  " ",
  "-prod",
  "prod-",
  ".",
  "..",
  "a/b",
  "../other/clusters/a",
  "prod eu",
  "prod*",
  "prod\n",
  "prod\u0000",
  "pröd",
  "x".repeat(101),
  `${"a-".repeat(50_000)}!`,
];

describe("the name of a record", () => {
  test.each(goodNames)("leads to the cluster and back: %s", (cluster) => {
    const name = recordName("dev", cluster);
    expect(name).toBe(`ecr-pull-secrets/dev/clusters/${cluster}`);
    expect(clusterOf("dev", name ?? "")).toBe(cluster);
  });

  test.each(badNames)("is none for what no cluster is called: %j", (cluster) => {
    expect(recordName("dev", cluster)).toBeUndefined();
    expect(clusterOf("dev", `ecr-pull-secrets/dev/clusters/${cluster}`)).toBeUndefined();
  });

  test.each([
    ["of another stage", "ecr-pull-secrets/prod/clusters/a"],
    ["of a stage whose name only begins like it", "ecr-pull-secrets/dev2/clusters/a"],
    ["of a registry", "ecr-pull-secrets/dev/registries/ghcr"],
    ["of something else", "dev/clusters/a"],
    ["in capitals", "ECR-PULL-SECRETS/dev/clusters/a"],
    ["with something before", "/ecr-pull-secrets/dev/clusters/a"],
    ["of nothing", ""],
  ])("isn't one %s", (_, name) => {
    expect(clusterOf("dev", name)).toBeUndefined();
  });

  test.each([...goodNames, ...badNames])("holds what a config takes as a cluster: %j", (name) => {
    expect(isClusterName(name)).toBe(clusterName.safeParse(name).success);
  });

  test.each(badNames)("isn't made for what is no stage: %j", (stage) => {
    expect(() => recordPrefix(stage)).toThrow(UserError);
    expect(() => recordPrefix(stage)).toThrow("this isn't a stage's name");
  });
});
