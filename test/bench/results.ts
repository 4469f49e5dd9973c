/** What one run of the benchmark found: plain data, printed in several forms. */
import type { Timing } from "./measure.ts";

export interface BenchResult {
  readonly machine: Machine;
  readonly namespaces: number;
  readonly inFlight: number;
  readonly ways: readonly WayResult[];
  readonly renewals: readonly RenewalResult[];
  readonly idle: readonly IdleResult[];
  readonly firstSweep: FirstSweepResult;
  readonly emptyProcessBytes: number;
  /** Per way: how much longer our sweep took than the bare client next to it, as a factor. */
  readonly overCeiling: readonly number[];
  readonly aims: readonly Aim[];
  /** What our sweep may never do and did: these make the run fail. */
  readonly violations: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly kubeApiServer: string;
  /** RFC 3339 */
  readonly date: string;
  /** Of one minute, before the run: above the number of cores, others were at work too. */
  readonly loadBefore: number;
}

export interface WayResult {
  readonly addedRoundTripMs: number;
  /** Of one small request on a warm connection, server included. */
  readonly measuredMs: number;
}

export type RenewalName = "sweep" | "bare" | "stock" | "stock-serial";

export interface RenewalResult {
  readonly contestant: RenewalName;
  readonly connections: number;
  readonly requests: number;
  /** Namespaces that were left without a write, at worst. */
  readonly failed: number;
  readonly problems: readonly string[];
  /** In the order of `ways`. */
  readonly total: readonly Timing[];
  /** From the first write on, over the connection that the lists left. */
  readonly apply: readonly Timing[];
  /** Processor time of the contestant's process, not of the server's. */
  readonly cpu: readonly Timing[];
}

export interface IdleResult {
  readonly foreignSecrets: number;
  readonly requests: number;
  /** Of answers' bodies, compressed as they travel. */
  readonly bytes: number;
  readonly cold: readonly Timing[];
  readonly warm: readonly Timing[];
}

/** The first and only sweep of a fresh process, at the longest way. */
export interface FirstSweepResult {
  readonly roundTripMs: number;
  readonly fromSources: ProcessUse;
  /** Bundled, with the heap limits of a function of 256 MB. */
  readonly likeLambda: ProcessUse;
}

export interface ProcessUse {
  readonly total: Timing;
  /** Peak once all modules are loaded, before the sweep. */
  readonly startBytes: number;
  readonly peakBytes: number;
}

export interface Aim {
  readonly aim: string;
  readonly found: string;
  readonly met: boolean;
}
