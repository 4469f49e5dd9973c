import { nameOf, type Seen, type Simulated } from "./queue-simulation.ts";

/** The longest time without a sweep that any cluster had which was always well. */
export function longestGapMs({ sweeps }: Seen, simulated: Simulated): number {
  const { clusters, hanging, periodMs, ticks } = simulated;
  const endMs = ticks * periodMs;
  let longestMs = 0;
  for (let index = hanging?.count ?? 0; index < clusters; index += 1) {
    let beforeMs = 0;
    for (const atMs of [...(sweeps.get(nameOf(index)) ?? []), endMs]) {
      longestMs = Math.max(longestMs, atMs - beforeMs);
      beforeMs = atMs;
    }
  }
  return longestMs;
}
