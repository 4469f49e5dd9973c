/** Contestants at work: each in its process, on a given way, counted. */
import { type ChildService, startService } from "../child-service.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import type { Traffic, Way } from "../delay/ways.ts";
import { type ContestantName, type ProcessResult, processResult } from "./contestant.ts";

export interface Run extends ProcessResult {
  readonly traffic: Traffic;
}

export interface Runs extends AsyncDisposable {
  /** Everything is due, but for `idle`. With a limit: only in the first so many namespaces. */
  run(contestant: ContestantName, way: Way, limit?: number): Promise<Run>;
  /** Our sweep as the only run of a fresh process. */
  sweepAlone(
    way: Way,
    start: { readonly module: URL; readonly env?: NodeJS.ProcessEnv },
  ): Promise<Run>;
}

/** Who shares a process and a secret. */
const teamOf = {
  sweep: "ours",
  idle: "ours",
  bare: "bare",
  stock: "stock",
  "stock-serial": "stock",
} as const;

const processModule = new URL("./contestant-process.ts", import.meta.url);

export function startRuns({ controlPlane, token }: BenchCluster): Runs {
  const stack = new AsyncDisposableStack();
  const start = () => stack.use(startService(processModule));
  const services = { ours: start(), bare: start(), stock: start() };
  const renewals = { ours: 0, bare: 0, stock: 0 };

  const runIn = async (service: ChildService, name: ContestantName, way: Way, limit?: number) => {
    const team = teamOf[name];
    // At the time of the last renewal, nothing is due.
    renewals[team] += name === "idle" ? 0 : 1;
    const renewal = renewals[team];
    const request = { contestant: name, url: way.url, ca: controlPlane.ca, token, renewal, limit };
    const { result, traffic } = await way.countDuring(() => service.ask(request, processResult));
    return { ...result, traffic };
  };
  return {
    run: (name, way, limit) => runIn(services[teamOf[name]], name, way, limit),
    sweepAlone: async (way, { module, env }) => {
      await using service = startService(module, { ...process.env, ...env });
      return await runIn(service, "sweep", way);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
