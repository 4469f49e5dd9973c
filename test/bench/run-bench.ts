/** One run of the benchmark, from an empty cluster to the judgement. */
import { maxInFlight } from "../../src/refresh/apply/concurrency.ts";
import { judgeAims } from "./aims.ts";
import { startBenchCluster } from "./cluster/bench-cluster.ts";
import { measureEmptyProcess } from "./contestants/measure-process.ts";
import { startRuns } from "./contestants/runs.ts";
import { openWays } from "./delay/ways.ts";
import {
  judgeDispatch,
  judgeThrottledDispatch,
  measureDispatch,
  measureThrottledDispatch,
} from "./dispatch.ts";
import { describeMachine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { judgeQueue, measureQueue } from "./queue.ts";
import type { BenchResult } from "./results.ts";
import { measureFirstSweep } from "./stages/first-sweep.ts";
import { judgeFunctions, measureFunctions } from "./stages/function.ts";
import { measureIdle } from "./stages/idle.ts";
import { measureRenewals } from "./stages/renewals.ts";
import { checkRequests } from "./stages/request-check.ts";
import { measureRoundTrip } from "./stages/round-trip.ts";
import type { Stage } from "./stages/stage.ts";

const roundTripsMs = [0, 100];

/** Needs the control plane's parts in the environment. */
export async function runBench(
  options: BenchOptions,
  say: (line: string) => void,
): Promise<BenchResult> {
  const machine = describeMachine();
  say(`Starting etcd and kube-apiserver, making ${options.namespaces} namespaces`);
  await using cluster = await startBenchCluster(options.namespaces);
  await using ways = await openWays(cluster.controlPlane.url, roundTripsMs);
  await using runs = startRuns(cluster);
  const stage: Stage = { options, cluster, ways: ways.list, runs, say };

  const wayResults = [];
  for (const way of ways.list) {
    const measuredMs = await measureRoundTrip(way, cluster);
    wayResults.push({ addedRoundTripMs: way.roundTripMs, measuredMs });
  }
  const violations = await checkRequests(stage);
  const found = {
    ...(await measureRenewals(stage)),
    firstSweep: await measureFirstSweep(stage),
    idle: await measureIdle(stage),
    namespaces: options.namespaces,
  };
  return {
    machine: { ...machine, kubeApiServer: cluster.version },
    inFlight: maxInFlight,
    ways: wayResults,
    ...found,
    emptyProcessBytes: await measureEmptyProcess(),
    aims: [
      ...judgeAims(found),
      ...judgeFunctions(await measureFunctions()),
      ...judgeDispatch(await measureDispatch()),
      ...judgeThrottledDispatch(await measureThrottledDispatch(options.throttledClusters)),
      ...judgeQueue(await measureQueue()),
    ],
    violations: [...violations, ...sweepFailures(found)],
  };
}

function sweepFailures({ renewals }: Pick<BenchResult, "renewals">): string[] {
  const sweep = renewals.find(({ contestant }) => contestant === "sweep");
  if (!sweep || (sweep.failed === 0 && sweep.problems.length === 0)) return [];
  return [`${sweep.failed} namespaces failed: ${sweep.problems.join("; ")}`];
}
