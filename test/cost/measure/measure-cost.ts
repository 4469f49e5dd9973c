/** What the functions do and take, measured: real handlers, a real API server, and a fake AWS. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describeMachine } from "../../bench/machine.ts";
import type { Measured } from "../measured.ts";
import { startCostCluster } from "./cost-cluster.ts";
import { measureDispatches, measureThrottled } from "./measure-dispatches.ts";
import { measureIdle, measureSweeps } from "./measure-sweeps.ts";

export const setting = { roundTripMs: 100, awsMs: 20, namespaces: 50 };

const config = resolve(import.meta.dirname, "../../../config/prod.yml");

/** Needs the control plane's parts in the environment. */
export async function measureCost(say: (line: string) => void): Promise<Measured> {
  const { cpu, cores, node, date } = describeMachine();
  const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-cost-"));
  try {
    say(`Starting a cluster of ${setting.namespaces} namespaces, ${setting.roundTripMs} ms away`);
    await using cluster = await startCostCluster(setting.namespaces, setting.roundTripMs);
    const place = { directory, cluster, awsMs: setting.awsMs };
    say("Sweeps: of everything, of nothing due, of a cluster that hangs");
    const refresh = await measureSweeps({ ...place, config });
    say("The same with metrics per cluster");
    const perCluster = join(directory, "per-cluster.yml");
    await writeFile(
      perCluster,
      `${await readFile(config, "utf8")}\nmetrics: { perCluster: true }\n`,
    );
    const idle = await measureIdle({ ...place, config: perCluster });
    say("Dispatches");
    return {
      machine: { cpu, cores, node, kubeApiServer: cluster.version, date: date.slice(0, 10) },
      setting,
      refresh,
      dispatch: await measureDispatches(place),
      throttledDispatch: await measureThrottled(),
      perClusterLog: {
        lines: idle.logLines - refresh.idle.logLines,
        bytes: idle.logBytes - refresh.idle.logBytes,
      },
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
