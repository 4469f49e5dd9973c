/** How long the ways really are: timers have whole milliseconds, and a server needs its own. */
import { Client } from "undici";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import type { Way } from "../delay/ways.ts";
import { median } from "../measure.ts";

const samples = 15;

/** Of one small request on a warm connection. */
export async function measureRoundTrip(way: Way, cluster: BenchCluster): Promise<number> {
  const client = new Client(way.url, { connect: { ca: cluster.controlPlane.ca }, allowH2: true });
  // The server hangs up on whoever doesn't say who he is.
  const headers = { authorization: `Bearer ${cluster.token}` };
  try {
    const timesMs: number[] = [];
    for (let sample = 0; sample <= samples; sample += 1) {
      const startedAtMs = performance.now();
      const { body } = await client.request({ method: "GET", path: "/version", headers });
      await body.text();
      timesMs.push(performance.now() - startedAtMs);
    }
    // The first one connects.
    return median(timesMs.slice(1));
  } finally {
    await client.destroy();
  }
}
