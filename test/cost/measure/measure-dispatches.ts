/** The dispatch function, bundled and with Lambda's limits, at three sizes of a fleet. */
import { join } from "node:path";
import { bundleTo, nodeInLambda } from "../../bench/bundle.ts";
import { startService } from "../../bench/child-service.ts";
import { measureThrottledDispatch, trouble } from "../../bench/dispatch.ts";
import { startAws } from "../../fakes/aws/aws.ts";
import { fleetSizes, memoryMb } from "../functions.ts";
import type { Measured, Work } from "../measured.ts";
import { callsSince } from "./calls.ts";
import type { Place } from "./measure-sweeps.ts";
import { invocationCost } from "./measured-handler.ts";
import { medianWork } from "./median-work.ts";

const sources = new URL("dispatch-process.ts", import.meta.url);
const stage = "prod";
const ticks = 4;

export async function measureDispatches(
  place: Pick<Place, "directory" | "awsMs">,
): Promise<Measured["dispatch"]> {
  const works: [string, Work][] = [];
  for (const clusters of fleetSizes) {
    works.push([String(clusters), await measureDispatch(clusters, place)]);
  }
  return Object.fromEntries(works);
}

async function measureDispatch(
  clusters: number,
  { directory, awsMs }: Pick<Place, "directory" | "awsMs">,
): Promise<Work> {
  await using aws = await startAws({ latencyMs: awsMs });
  for (let index = 0; index < clusters; index += 1) {
    aws.secrets.create(`ecr-pull-secrets/${stage}/clusters/cluster-${index}`, "not read here", {
      "ecr-pull-secrets:expires-at": "2026-11-22T00:00:00Z",
      "ecr-pull-secrets:rbac": "0123456789abcdef",
      "ecr-pull-secrets:credential": "2026-11-20T00:00:00Z/2026-12-20T00:00:00Z",
    });
  }
  const bundle = await bundleTo(sources, join(directory, "dispatch.cjs"));
  const environment = {
    ...nodeInLambda(memoryMb.dispatch),
    STAGE: stage,
    ACCOUNT: aws.account,
    QUEUE_URL: aws.queues.create("refresh.fifo", { DeduplicationScope: "messageGroup" }).url,
    TOPIC_ARN: `arn:aws:sns:us-east-1:${aws.account}:alarms`,
    SCHEDULE_MINUTES: "10",
    CONFIG_FILE: "not read here",
    _X_AMZN_TRACE_ID: "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0",
  };
  await using service = startService(bundle, {
    ...process.env,
    ...aws.environment,
    ...environment,
  });
  const works: Work[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    const before = aws.requests.length;
    const time = new Date(Date.UTC(2026, 10, 21, 12, tick * 10)).toISOString();
    const event = { source: "aws.events", time };
    const { answer: _, ...cost } = await service.ask(
      { event, remainingMs: 120_000 },
      invocationCost,
    );
    works.push({ ...cost, calls: callsSince(aws, before) });
  }
  return medianWork(works);
}

export async function measureThrottled(): Promise<Measured["throttledDispatch"]> {
  const { lists, sends, totalMs, cpuMs, peakBytes } = await measureThrottledDispatch();
  const { refusedShare, latencyMs: callMs } = trouble;
  const wallMs = Math.round(totalMs);
  return { refusedShare, callMs, lists, sends, wallMs, cpuMs: Math.round(cpuMs), peakBytes };
}
