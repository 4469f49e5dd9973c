/**
 * `node test/bench/dispatch.ts`: one dispatch of 10,000 clusters, against an AWS endpoint on this
 * machine, whose own work counts into the time; and one where another program uses up the account's
 * quota.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { memoryMb, timeoutSeconds } from "../cost/functions.ts";
import { msInLambda } from "../cost/ms-in-lambda.ts";
import { type FakeAws, startAws } from "../fakes/aws/aws.ts";
import { faults } from "../fakes/aws/faults.ts";
import { bundleTo, nodeInLambda } from "./bundle.ts";
import { startService } from "./child-service.ts";
import { formatCount, formatMegabytes, formatSeconds } from "./print/quantities.ts";
import type { Aim } from "./results.ts";

const sources = new URL("dispatch-process.ts", import.meta.url);
const clusters = 10_000;
const aims = { lists: 100, sends: 1_000, totalMs: 30_000, peakBytes: 128 * 2 ** 20 };

/** Slow pages, of which half are refused at first. */
export const trouble = { latencyMs: 100, refusedShare: 0.5 };

const answer = z.object({
  clusters: z.number(),
  totalMs: z.number(),
  cpuMs: z.number(),
  startRssBytes: z.number(),
  peakBytes: z.number(),
});

const listSecrets = "secretsmanager:ListSecrets";

export interface DispatchResult extends z.output<typeof answer> {
  readonly lists: number;
  readonly sends: number;
  /** Clusters that have a message. */
  readonly queued: number;
}

export async function measureDispatch(
  count = clusters,
  { latencyMs, refusedShare }: typeof trouble = { latencyMs: 0, refusedShare: 0 },
): Promise<DispatchResult> {
  const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-bench-"));
  await using aws = await startAws({ latencyMs });
  aws.fail(listSecrets, faults.throttling, { share: refusedShare });
  try {
    const bundle = await bundleTo(sources, join(directory, "dispatch.cjs"));
    const { url } = aws.queues.create("refresh.fifo", { DeduplicationScope: "messageGroup" });
    registerClusters(aws, count);
    await using service = startService(bundle, environmentOf(aws, url));
    const event = { source: "aws.events", time: new Date().toISOString() };
    return {
      ...(await service.ask(event, answer)),
      lists: aws.count(listSecrets),
      sends: aws.count("sqs:SendMessageBatch"),
      queued: new Set(aws.queues.messages(url).map(({ groupId }) => groupId)).size,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export function judgeDispatch(found: DispatchResult): Aim[] {
  return [
    {
      aim: `${formatCount(clusters)} clusters queued by one dispatch`,
      found: formatCount(found.queued),
      met: found.queued === clusters && found.clusters === clusters,
    },
    { aim: `${aims.lists} list calls`, found: `${found.lists}`, met: found.lists === aims.lists },
    {
      aim: `${formatCount(aims.sends)} send calls`,
      found: formatCount(found.sends),
      met: found.sends === aims.sends,
    },
    {
      aim: `under ${formatSeconds(aims.totalMs)}`,
      found: formatSeconds(found.totalMs),
      met: found.totalMs < aims.totalMs,
    },
    {
      aim: `peak memory under ${formatMegabytes(aims.peakBytes)}`,
      found: `${formatMegabytes(found.peakBytes)} (${formatMegabytes(found.startRssBytes)} before)`,
      met: found.peakBytes < aims.peakBytes,
    },
  ];
}

export function measureThrottledDispatch(count = clusters): Promise<DispatchResult> {
  return measureDispatch(count, trouble);
}

/** Within an invocation's time and memory, at Lambda's share of a core. */
export function judgeThrottledDispatch(found: DispatchResult): Aim[] {
  const where = `${formatCount(found.clusters)} clusters, half of the list calls refused, ${trouble.latencyMs} ms each`;
  const inLambdaMs = msInLambda({ wallMs: found.totalMs, cpuMs: found.cpuMs }, memoryMb.dispatch);
  return [
    {
      aim: `${where}: all queued`,
      found: `${formatCount(found.queued)}, by ${found.lists} list and ${formatCount(found.sends)} send calls`,
      met: found.queued === found.clusters,
    },
    {
      aim: `under ${timeoutSeconds.dispatch} s`,
      found: `${formatSeconds(found.totalMs)}; ${formatSeconds(inLambdaMs)} with a Lambda's share of a core`,
      met: inLambdaMs < timeoutSeconds.dispatch * 1_000,
    },
    {
      aim: `peak memory under ${formatMegabytes(aims.peakBytes)}`,
      found: formatMegabytes(found.peakBytes),
      met: found.peakBytes < aims.peakBytes,
    },
  ];
}

function registerClusters(aws: FakeAws, count: number): void {
  for (let index = 0; index < count; index += 1) {
    aws.secrets.create(`ecr-pull-secrets/dev/clusters/cluster-${index}`, "not read here", {
      "ecr-pull-secrets:expires-at": "2026-11-22T00:00:00Z",
      "ecr-pull-secrets:rbac": "0123456789abcdef",
    });
  }
}

/** Log lines and metrics aren't what is measured, and not for this terminal. */
function environmentOf(aws: FakeAws, queueUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...aws.environment,
    ...nodeInLambda(memoryMb.dispatch),
    STAGE: "dev",
    ACCOUNT: aws.account,
    QUEUE_URL: queueUrl,
    TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:alarms",
    SCHEDULE_MINUTES: "10",
    CONFIG_FILE: "not read here",
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  };
}

if (import.meta.main) {
  const judged = [
    ...judgeDispatch(await measureDispatch()),
    ...judgeThrottledDispatch(await measureThrottledDispatch()),
  ];
  for (const { aim, found, met } of judged) {
    process.stdout.write(`${met ? "pass" : "miss"}  dispatch, ${aim}: ${found}\n`);
  }
  process.exitCode = judged.every(({ met }) => met) ? 0 : 1;
}
