/** The sweep that finds nothing due, which is nearly every sweep. */
import type { Run } from "../contestants/runs.ts";
import { timing } from "../measure.ts";
import type { IdleResult } from "../results.ts";
import type { Stage } from "./stage.ts";

/** With and without strangers' secrets in the cluster. Adds them, for good. */
export async function measureIdle(stage: Stage): Promise<IdleResult[]> {
  const { options, cluster, say } = stage;
  say("Nothing due");
  const alone = await measure(stage, 0);
  say(`Adding ${options.foreignSecrets} secrets that are not ours`);
  await cluster.addForeignSecrets(options.foreignSecrets);
  say("Nothing due among them");
  return [alone, await measure(stage, options.foreignSecrets)];
}

async function measure(
  { options, ways, runs }: Stage,
  foreignSecrets: number,
): Promise<IdleResult> {
  const byWay: Run[][] = ways.map(() => []);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [index, way] of ways.entries()) byWay[index]?.push(await runs.run("idle", way));
  }
  const all = byWay.flat();
  for (const run of all) {
    if (run.written > 0 || run.problems.length > 0) {
      throw new Error(`the idle sweep wasn't idle: ${run.written} writes, ${run.problems}`);
    }
  }
  return {
    foreignSecrets,
    requests: Math.max(...all.map(({ requests }) => requests)),
    bytes: Math.max(...all.map(({ bytesReceived }) => bytesReceived ?? 0)),
    cold: byWay.map((of) => timing(of.map(({ totalMs }) => totalMs))),
    warm: byWay.map((of) => timing(of.map(({ warmMs }) => warmMs ?? 0))),
  };
}
