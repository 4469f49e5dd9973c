/** Numbers from samples. Pure. */

/** Of one or more values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle];
  const low = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (high === undefined || low === undefined) throw new Error("a median of nothing");
  return (low + high) / 2;
}

/** What several runs of one thing took. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly runs: number;
  /** How many namespaces were really measured, where the times are scaled up from them. */
  readonly extrapolatedFrom: number | undefined;
}

export function timing(samplesMs: readonly number[], extrapolatedFrom?: number): Timing {
  return {
    medianMs: median(samplesMs),
    minMs: Math.min(...samplesMs),
    maxMs: Math.max(...samplesMs),
    runs: samplesMs.length,
    extrapolatedFrom,
  };
}

/** What a serial run over all would take: its fixed part once, the rest in proportion. */
export function extrapolate(
  run: { readonly totalMs: number; readonly applyMs: number; readonly written: number },
  namespaces: number,
): number {
  return run.totalMs - run.applyMs + (run.applyMs / run.written) * namespaces;
}
