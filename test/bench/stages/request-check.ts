/** What our sweep asks of a cluster, told by the server's own audit log and by the proxy. */
import { benchUser } from "../cluster/rights.ts";
import type { Run } from "../contestants/runs.ts";
import { countDifferences } from "./count-differences.ts";
import type { Stage } from "./stage.ts";

/** @returns what was otherwise than it must be; empty if nothing */
export async function checkRequests({
  options,
  cluster,
  ways,
  runs,
  say,
}: Stage): Promise<string[]> {
  say("Counting what the sweep asks of the server");
  const [way] = ways;
  if (!way) throw new Error("there is no way to the cluster");
  await runs.run("sweep", way);
  let run: Run | undefined;
  const events = await cluster.controlPlane.audit.eventsDuring(async () => {
    run = await runs.run("sweep", way);
  });
  const asked = new Map<string, number>();
  for (const { verb, resource } of events.filter(({ user }) => user === benchUser)) {
    const what = `${verb} ${resource}`;
    asked.set(what, (asked.get(what) ?? 0) + 1);
  }
  const { namespaces } = options;
  const wanted = {
    "list namespaces": 1,
    "list secrets": 1,
    "patch secrets": namespaces,
    connections: 1,
    "secrets written": namespaces,
  };
  const found = {
    ...Object.fromEntries(asked),
    connections: run?.traffic.connections ?? 0,
    "secrets written": run?.written ?? 0,
  };
  return [...countDifferences(wanted, found), ...(run?.problems ?? [])];
}
