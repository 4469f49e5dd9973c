/** A message of a cluster that is failing has less than the function's time. */
import { expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { type Deadline, startDeadline } from "../../../src/deadline.ts";
import { parseRefreshEvent } from "../../../src/worker/refresh-event.ts";
import { serveQueued } from "../../../src/worker/serve-queued.ts";
import { scenes } from "./worker-scene.ts";

const start = scenes();
const failing = { ...noState, failingSince: new Date("2026-11-21T08:00:00Z") };

test.each([
  ["that is well has all of it", {}, []],
  ["that is failing has what it may hang for", { state: failing, failingLong: 1 }, [35_000]],
  ["that is one of thousands has its share", { state: failing, failingLong: 2_000 }, [7_500]],
  ["that failed a minute ago has no more than one that is failing", { receiveCount: 2 }, [35_000]],
])("a cluster %s", async (_, said, limits) => {
  const scene = await start();
  scene.register("eu", "not a kubeconfig");
  const event = parseRefreshEvent(scene.delivery("eu", said));
  const records = event.kind === "queued" ? event.records : [];
  using real = startDeadline({ limitMs: 5_000, marginMs: 500 });
  const shortened: number[] = [];
  const time: Deadline = {
    ...real,
    shorten: (ms) => void shortened.push(ms),
    [Symbol.dispose]: () => {},
  };
  await serveQueued(records, { ports: scene.newFunction().ports, time });
  expect(shortened).toEqual(limits);
});
