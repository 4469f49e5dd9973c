import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { parseRefreshEvent, RefreshEventError } from "../../../src/worker/refresh-event.ts";
import { canary, records } from "./worker-scene.ts";

describe("an event is", () => {
  test("messages of the queue, of which the body stays unread", () => {
    expect(parseRefreshEvent(records({ body: canary, receiveCount: 3 }))).toEqual({
      kind: "queued",
      records: [
        {
          messageId: "message-1",
          receiptHandle: "handle-1",
          body: canary,
          attributes: { ApproximateReceiveCount: 3 },
        },
      ],
    });
  });

  test.each([
    ["a sweep, unless it says otherwise", { cluster: "prod-eu" }, "sweep"],
    ["a sweep", { cluster: "prod-eu", mode: "sweep" }, "sweep"],
    ["a plan", { cluster: "prod-eu", mode: "plan" }, "plan"],
    ["a look at how it fares", { cluster: "prod-eu", mode: "status" }, "status"],
    ["a diagnosis", { cluster: "prod-eu", mode: "check" }, "check"],
  ])("%s", (_, event, mode) => {
    expect(parseRefreshEvent(event)).toEqual({
      kind: "direct",
      request: { cluster: "prod-eu", mode },
    });
  });
});

test("a diagnosis may be asked to look for an image", () => {
  const image = { host: "ghcr.io", repository: "team/app", tag: "1", digest: undefined };
  expect(
    parseRefreshEvent({ cluster: "prod-eu", mode: "check", image: "ghcr.io/team/app:1" }),
  ).toEqual({ kind: "direct", request: { cluster: "prod-eu", mode: "check", image } });
});

describe("an event is refused, without a word of it, that", () => {
  const [good] = records({ body: canary }).Records;

  test.each([
    ["is nothing", undefined],
    ["is null", null],
    ["is text", canary],
    ["is empty", {}],
    ["has no records", { Records: [] }],
    ["has records that aren't in a list", { Records: { 0: good } }],
    ["has a record without a body", { Records: [{ ...good, body: undefined }] }],
    ["has a record without a handle", { Records: [{ ...good, receiptHandle: undefined }] }],
    ["has a record without a count", { Records: [{ ...good, attributes: {} }] }],
    ["counts from zero", { Records: [{ ...good, attributes: { ApproximateReceiveCount: "0" } }] }],
    [
      "counts in words",
      { Records: [{ ...good, attributes: { ApproximateReceiveCount: canary } }] },
    ],
    ["names no cluster", { mode: "sweep", canary }],
    ["names an empty one", { cluster: "", mode: "sweep" }],
    ["names one that is too long", { cluster: canary.repeat(20) }],
    ["has a mode that isn't there", { cluster: "prod-eu", mode: canary }],
    [
      "names an image that is none",
      { cluster: "eu", mode: "check", image: `${canary}:${canary}:` },
    ],
    ["names an image that is no text", { cluster: "eu", mode: "check", image: { canary } }],
    ["names an image for a sweep", { cluster: "eu", mode: "sweep", image: "nginx" }],
    ["names an image for whatever mode there is", { cluster: "eu", image: "nginx" }],
    ["has a key more", { cluster: "prod-eu", kubeconfig: canary }],
  ])("%s", (_, event) => {
    const error = errorOf(() => parseRefreshEvent(event));
    expect(error).toBeInstanceOf(RefreshEventError);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(canary);
    expect(String(error)).toContain('"mode": "sweep" | "plan" | "status" | "check"');
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
