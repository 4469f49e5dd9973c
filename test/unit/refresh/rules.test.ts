import { describe, expect, test } from "vitest";
import { describeDrift, findDrift } from "../../../src/refresh/rules/drift.ts";
import { dueFraction } from "../../../src/refresh/rules/due.ts";
import { ownership } from "../../../src/refresh/rules/ownership.ts";
import { editedBy, ourSecret, owner, pullSecret } from "./builders.ts";

describe("the share of life after which a cluster renews", () => {
  const shares = Array.from({ length: 10_000 }, (_, index) => dueFraction(`cluster-${index}`));

  test("is between 45 and 50 % for every cluster", () => {
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.45);
    expect(Math.max(...shares)).toBeLessThan(0.5);
  });

  test("is the same at every sweep of one cluster", () => {
    expect(dueFraction("prod-eu")).toBe(dueFraction("prod-eu"));
  });

  test("spreads ten thousand clusters evenly over that window", () => {
    const tenths = new Array<number>(10).fill(0);
    for (const share of shares) {
      const tenth = Math.floor((share - 0.45) * 200);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(800);
    expect(Math.max(...tenths)).toBeLessThan(1200);
  });
});

describe("drift", () => {
  const desired = pullSecret();
  const secret = ourSecret(desired, "web");

  test("is not found in what we wrote", () => {
    expect(findDrift(secret, desired)).toBeUndefined();
  });

  test("names who took which field", () => {
    expect(findDrift(editedBy("argocd", secret), desired)).toEqual({
      manager: "argocd",
      field: "data..dockerconfigjson",
    });
  });

  test("is found when our entry is gone, as after a restore from a backup", () => {
    expect(findDrift({ ...secret, managers: [] }, desired)?.field).toBe("data..dockerconfigjson");
  });

  test("is found in the expiry that is noted for people", () => {
    const managers = secret.managers.map(({ fields, ...entry }) => {
      const text = JSON.stringify(fields).replace('"f:ecr-pull-secrets/expires-at":{},', "");
      return { ...entry, fields: JSON.parse(text) };
    });
    const drift = findDrift({ ...secret, managers }, desired);
    expect(drift && describeDrift(drift)).toBe(
      "somebody removed metadata.annotations.ecr-pull-secrets/expires-at",
    );
  });

  test("is not excused by an Update under our name: only what we applied is ours", () => {
    const managers = secret.managers.map((each) => ({ ...each, operation: "Update" as const }));
    expect(findDrift({ ...secret, managers }, desired)).toBeDefined();
  });

  test("is not found where others added fields of their own", () => {
    const theirs = {
      manager: "kustomize",
      operation: "Apply" as const,
      subresource: undefined,
      fields: { "f:metadata": { "f:labels": { "f:team": {} } } },
    };
    expect(
      findDrift({ ...secret, managers: [...secret.managers, theirs] }, desired),
    ).toBeUndefined();
  });
});

describe("ownership", () => {
  const local = { ...owner, stage: "local" };
  test.each([
    [undefined, owner, "foreign"],
    ["", owner, "other"],
    ["123456789012/us-east-1/prod", owner, "ours"],
    ["123456789012/us-east-1/dev", owner, "other"],
    ["123456789012/eu-west-1/prod", owner, "other"],
    ["210987654321/us-east-1/local", owner, "trial"],
    ["123456789012/us-east-1/local", local, "ours"],
    ["210987654321/us-east-1/local", local, "other"],
    ["123456789012/us-east-1/prod", local, "other"],
  ] as const)("of %j, seen by %j, is %s", (written, seenBy, expected) => {
    expect(ownership(written, seenBy)).toBe(expected);
  });
});
