/** One tick of the schedule: dispatch, the queue, a refresh per cluster, as AWS would run them. */
import { z } from "zod";
import { wireDispatch } from "../../src/wiring/dispatch.ts";
import { wireRefresh } from "../../src/wiring/refresh.ts";
import type { ClusterName, World } from "./parts.ts";

/** The one line that a refresh logs: what the demo tells is read from it. */
const logLine = z.object({
  level: z.string(),
  message: z.string(),
  cluster: z.string(),
  outcome: z.enum(["ok", "failed"]),
  soonestExpiry: z.string().nullish(),
  counts: z.record(z.string(), z.number()),
  cost: z.object({ requests: z.number(), ecrCalls: z.number() }),
  failures: z.array(z.object({ message: z.string(), hint: z.string().optional() })),
});

export type LogLine = z.output<typeof logLine>;

export interface Tick {
  readonly log: ReadonlyMap<string, LogLine>;
  /** Requests that changed something, by cluster. */
  readonly writes: ReadonlyMap<ClusterName, number>;
  readonly ecrCalls: number;
}

/** Deploys the functions, and answers with what fires the schedule. */
export function startFunctions(world: World) {
  const dispatch = wireDispatch(world.settings, world.now);
  const refresh = wireRefresh(world.settings, world.now);
  const invocation = { awsRequestId: "demo", getRemainingTimeInMillis: () => 90_000 };
  const name = `ecr-pull-secrets-${world.settings.stage}-refresh`;
  // Whoever asks it directly gets another instance than the queue, as may be on Lambda.
  const asked = wireRefresh(world.settings, world.now);
  world.aws.registerFunction(name, (event: unknown) => asked(event, invocation));
  return async (): Promise<Tick> => {
    const { aws, clusters } = world;
    for (const cluster of clusters.values()) {
      cluster.forgetRequests();
    }
    const ecrBefore = aws.count("ecr:GetAuthorizationToken");
    const lines = await collectLog(async () => {
      await dispatch({ source: "aws.events", time: world.now().toISOString() }, invocation);
      const handler = (event: unknown) => refresh(event, invocation);
      await aws.queues.deliver(world.queueUrl, handler, { batchSize: 1 });
    });
    const swept = lines.flatMap((line) => logLine.safeParse(line).data ?? []);
    return {
      log: new Map(swept.map((line) => [line.cluster, line])),
      writes: new Map([...clusters].map(([name, { requests }]) => [name, countWrites(requests)])),
      ecrCalls: aws.count("ecr:GetAuthorizationToken") - ecrBefore,
    };
  };
}

function countWrites(requests: readonly { readonly verb: string }[]): number {
  return requests.filter(({ verb }) => !["list", "get"].includes(verb)).length;
}

/** What the functions log, in order. */
export async function collectLog(work: () => Promise<void>): Promise<unknown[]> {
  const lines: unknown[] = [];
  const methods = ["info", "warn", "error"] as const;
  const real = methods.map((method) => console[method]);
  for (const method of methods) {
    console[method] = (text: unknown) => lines.push(JSON.parse(String(text)));
  }
  try {
    await work();
  } finally {
    methods.forEach((method, index) => {
      console[method] = real[index] ?? console.log;
    });
  }
  return lines;
}
