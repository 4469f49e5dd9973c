/**
 * `node test/bench/dispatch.ts`: one dispatch of 10,000 clusters, against an AWS endpoint on this
 * machine, whose own work counts into the time.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type FakeAws, startAws } from "../fakes/aws/aws.ts";
import { bundleTo, nodeInLambda } from "./bundle.ts";
import { startService } from "./child-service.ts";
import { formatCount, formatMegabytes, formatSeconds } from "./print/quantities.ts";
import type { Aim } from "./results.ts";

const sources = new URL("dispatch-process.ts", import.meta.url);
const clusters = 10_000;
const aims = { lists: 100, sends: 1_000, totalMs: 30_000, peakBytes: 128 * 2 ** 20 };

const answer = z.object({
  clusters: z.number(),
  totalMs: z.number(),
  startRssBytes: z.number(),
  peakBytes: z.number(),
});

export interface DispatchResult extends z.output<typeof answer> {
  readonly lists: number;
  readonly sends: number;
  /** Clusters that have a message. */
  readonly queued: number;
}

export async function measureDispatch(): Promise<DispatchResult> {
  const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-bench-"));
  await using aws = await startAws();
  try {
    const bundle = await bundleTo(sources, join(directory, "dispatch.cjs"));
    const { url } = aws.queues.create("refresh.fifo", { DeduplicationScope: "messageGroup" });
    registerClusters(aws);
    await using service = startService(bundle, environmentOf(aws, url));
    const event = { source: "aws.events", time: new Date().toISOString() };
    return {
      ...(await service.ask(event, answer)),
      lists: aws.count("secretsmanager:ListSecrets"),
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

function registerClusters(aws: FakeAws): void {
  for (let index = 0; index < clusters; index += 1) {
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
    // As serverless.yml sizes it.
    ...nodeInLambda(160),
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
  const judged = judgeDispatch(await measureDispatch());
  for (const { aim, found, met } of judged) {
    process.stdout.write(`${met ? "pass" : "miss"}  dispatch, ${aim}: ${found}\n`);
  }
  process.exitCode = judged.every(({ met }) => met) ? 0 : 1;
}
