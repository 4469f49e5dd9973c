import { timing } from "../../bench/measure.ts";
import type { BenchResult, RenewalName, RenewalResult } from "../../bench/results.ts";

const mebibyte = 2 ** 20;

function renewal(
  contestant: RenewalName,
  connections: number,
  secondsByWay: readonly [number, number],
): RenewalResult {
  const times = secondsByWay.map((seconds) => timing([seconds * 1_000, seconds * 1_100]));
  return {
    contestant,
    connections,
    requests: 502,
    failed: 0,
    problems: [],
    total: times,
    apply: times,
    cpu: times,
  };
}

/** A run in which every aim is met. */
export const goodResult: BenchResult = {
  machine: {
    cpu: "Slide rule",
    cores: 2,
    memoryBytes: 16 * 1024 * mebibyte,
    node: "24.0.0",
    kubeApiServer: "v1.36.3",
    date: "2026-01-02T03:04:05.000Z",
    loadBefore: 0.25,
  },
  namespaces: 500,
  inFlight: 100,
  ways: [
    { addedRoundTripMs: 0, measuredMs: 0.8 },
    { addedRoundTripMs: 100, measuredMs: 101 },
  ],
  renewals: [
    renewal("sweep", 1, [0.6, 1.2]),
    renewal("bare", 1, [0.5, 1.1]),
    { ...renewal("stock", 1_001, [3, 6]), failed: 7, problems: ["status 429"] },
    {
      ...renewal("stock-serial", 1_001, [5, 300]),
      total: [timing([5_000]), timing([300_000], 50)],
    },
  ],
  idle: [
    {
      foreignSecrets: 20_000,
      requests: 2,
      bytes: 44_000,
      cold: [timing([30]), timing([430])],
      warm: [timing([20]), timing([120])],
    },
  ],
  firstSweep: {
    roundTripMs: 100,
    fromSources: { total: timing([1_500]), startBytes: 110 * mebibyte, peakBytes: 150 * mebibyte },
    likeLambda: { total: timing([1_400]), startBytes: 90 * mebibyte, peakBytes: 120 * mebibyte },
  },
  emptyProcessBytes: 42 * mebibyte,
  overCeiling: [1.1, 1.08],
  aims: [{ aim: "be fast", found: "0.5 s", met: true }],
  violations: [],
};
