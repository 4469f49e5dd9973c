import type { BenchCluster } from "../cluster/bench-cluster.ts";
import type { Runs } from "../contestants/runs.ts";
import type { Way } from "../delay/ways.ts";
import type { BenchOptions } from "../options.ts";

/** What every part of the benchmark works with. */
export interface Stage {
  readonly options: BenchOptions;
  readonly cluster: BenchCluster;
  /** By the round trip that they add, shortest first. */
  readonly ways: readonly Way[];
  readonly runs: Runs;
  /** Progress, for people. */
  readonly say: (line: string) => void;
}
