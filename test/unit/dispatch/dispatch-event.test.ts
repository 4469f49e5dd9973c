import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { DispatchEventError, parseDispatchEvent } from "../../../src/dispatch/dispatch-event.ts";

const now = new Date("2026-11-21T12:00:00Z");
const parse = (event: unknown) => parseDispatchEvent(event, () => now);

/** As EventBridge sends it to a rule's target. */
const scheduled = {
  version: "0",
  id: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
  "detail-type": "Scheduled Event",
  source: "aws.events",
  account: "123456789012",
  time: "2026-11-21T11:50:00Z",
  region: "us-east-1",
  resources: ["arn:aws:events:us-east-1:123456789012:rule/ecr-pull-secrets-dev-dispatch"],
  detail: {},
};

test("the schedule's event asks for all clusters, at the time that it fired", () => {
  expect(parse(scheduled)).toEqual({ clusters: undefined, tick: new Date(scheduled.time) });
});

test("a retry of the schedule's event is the same tick", () => {
  expect(parse(structuredClone(scheduled))).toEqual(parse(scheduled));
});

test("clusters that are named outright are asked for now", () => {
  expect(parse({ clusters: ["prod-eu", "Prod_2.us"] })).toEqual({
    clusters: ["prod-eu", "Prod_2.us"],
    tick: now,
  });
});

describe("an event is refused, without a word of it, that", () => {
  const canary = "c4n4ry";

  test.each([
    ["is nothing", undefined],
    ["is null", null],
    ["is text", canary],
    ["is a list", [canary]],
    ["is empty", {}],
    ["comes from another source", { ...scheduled, source: canary }],
    ["has no time", { ...scheduled, time: undefined }],
    ["has a time that is none", { ...scheduled, time: `${canary}T00:00:00Z` }],
    ["has a day that is none", { ...scheduled, time: "2026-02-30T00:00:00Z" }],
    ["has a number for a time", { ...scheduled, time: 1_795_262_400 }],
    ["names no cluster", { clusters: [] }],
    ["names one that isn't in a list", { clusters: canary }],
    ["names a number", { clusters: [7] }],
    ["names nothing", { clusters: [""] }],
    ["names a path", { clusters: [`../${canary}`] }],
    ["names a group that SQS wouldn't take", { clusters: [`${canary} `] }],
    ["names a cluster with a newline", { clusters: [`${canary}\n`] }],
    ["names a cluster that is too long", { clusters: ["x".repeat(101)] }],
    ["names more than there can be", { clusters: Array(10_001).fill(canary) }],
    ["has a key more", { clusters: [canary], tick: canary }],
    ["sets a prototype", JSON.parse(`{"__proto__": {"clusters": ["${canary}"]}}`)],
  ])("%s", (_, event) => {
    const error = errorOf(() => parse(event));
    expect(error).toBeInstanceOf(DispatchEventError);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(canary);
    expect(String(error)).toContain("expected the schedule's event");
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
