/**
 * A deployed stage, and CloudWatch's view of it: the functions' handlers as they are wired, the
 * queues with the names that the template gives them, alarms as it has them, and a clock that the
 * tests move. What the functions print is read as CloudWatch reads it; what AWS itself counts is
 * counted here from what happened.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteSecretCommand,
  SecretsManagerClient,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { vi } from "vitest";
import { z } from "zod";
import { wireDispatch } from "../../../src/wiring/dispatch.ts";
import { wireRefresh } from "../../../src/wiring/refresh.ts";
import { startAws } from "../../fakes/aws/aws.ts";
import { type Datapoint, readEmbedded } from "../../fakes/cloudwatch/embedded-metrics.ts";
import {
  type AlarmHistory,
  type AlarmState,
  readAlarm,
  watchAlarm,
} from "../../fakes/cloudwatch/metric-alarm.ts";
import { startKubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { linesOf } from "../../unit/telemetry/captured-output.ts";

/** The resources of a template, with those that Serverless makes. */
export type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties: unknown }>
>;

export type FunctionName = "dispatch" | "refresh";

export type DeployedStage = Awaited<ReturnType<typeof deploy>>;

/** What pods get sessions of. */
export const podsRole = "arn:aws:iam::123456789012:role/pods";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const functionSchema = z.object({
  FunctionName: z.string(),
  Environment: z.object({
    Variables: z.object({
      STAGE: z.string(),
      SCHEDULE_MINUTES: z.string().transform(Number),
      AWS_SESSIONS: z.literal("true").optional(),
    }),
  }),
});
const deadLettersSchema = z.object({ QueueName: z.string() });
const queueSchema = deadLettersSchema.extend({
  VisibilityTimeout: z.number(),
  RedrivePolicy: z.object({ maxReceiveCount: z.number() }),
});

export async function deploy(resources: Resources, { perCluster = false } = {}) {
  const startMs = Math.floor(Date.now() / minuteMs) * minuteMs;
  // Ticks don't come at the full minute, when alarms are judged.
  let nowMs = startMs + 20_000;
  const now = () => new Date(nowMs);
  const aws = await startAws({ now, roles: [podsRole] });
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  const cluster = await startKubernetesApi({ now });
  cluster.state.createNamespace("apps");
  const propertiesOf = (name: string) => resources[name]?.Properties;
  const dispatchFunction = functionSchema.parse(propertiesOf("DispatchLambdaFunction"));
  const refreshFunction = functionSchema.parse(propertiesOf("RefreshLambdaFunction"));
  const { Variables } = dispatchFunction.Environment;
  const { STAGE: stage, SCHEDULE_MINUTES: scheduleMinutes } = Variables;
  const sessions = Variables.AWS_SESSIONS !== undefined;
  const functionNames = {
    dispatch: dispatchFunction.FunctionName,
    refresh: refreshFunction.FunctionName,
  };
  const folder = await mkdtemp(join(tmpdir(), "deployed-stage-"));
  const configFile = join(folder, "stage.yml");
  await writeFile(configFile, configOf({ scheduleMinutes, perCluster, sessions }));
  const deadLettersName = deadLettersSchema.parse(propertiesOf("RefreshDeadLetterQueue")).QueueName;
  const deadLetters = aws.queues.create(deadLettersName);
  const given = queueSchema.parse(propertiesOf("RefreshQueue"));
  const redrive = { ...given.RedrivePolicy, deadLetterTargetArn: deadLetters.arn };
  const queue = aws.queues.create(given.QueueName, {
    VisibilityTimeout: String(given.VisibilityTimeout),
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
    RedrivePolicy: JSON.stringify(redrive),
  });
  const settings = {
    stage,
    region: aws.region,
    account: aws.account,
    queueUrl: queue.url,
    topicArn: aws.topics.create("alarms"),
    schedulePeriodMinutes: scheduleMinutes,
    sessions,
    configFile,
  };
  const dispatch = wireDispatch(settings, now);
  const refresh = wireRefresh(settings, now);

  const datapoints: Datapoint[] = [];
  const throttled = new Set<FunctionName>();

  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  function count(metric: string, name: FunctionName, value: number): void {
    const dimensions = { FunctionName: functionNames[name] };
    datapoints.push({ namespace: "AWS/Lambda", metric, dimensions, value, atMs: nowMs });
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  function countDeadLetters(): void {
    datapoints.push({
      namespace: "AWS/SQS",
      metric: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: deadLettersName },
      value: aws.queues.messages(deadLetters.url).length,
      atMs: nowMs,
    });
  }

  function pass(minutes: number): void {
    for (let minute = 0; minute < minutes; minute += 1) {
      countDeadLetters();
      nowMs += minuteMs;
    }
  }

  async function fire(): Promise<void> {
    const event = { source: "aws.events", time: now().toISOString() };
    let failed = false;
    const lines = await linesOf(async () => {
      // Lambda would try twice more, and count the same.
      await dispatch(event, context).catch(() => {
        failed = true;
      });
    });
    datapoints.push(...readEmbedded(lines, nowMs));
    count("Errors", "dispatch", failed ? 1 : 0);
  }

  async function deliver(): Promise<void> {
    const lines = await linesOf(async () => {
      const { errors, invocations } = await aws.queues.deliver(queue.url, refresh, asDeployed);
      // A function that didn't run has no numbers, not even zero.
      if (invocations > 0) count("Errors", "refresh", errors.length);
    });
    datapoints.push(...readEmbedded(lines, nowMs));
  }

  async function runOrThrottle(name: FunctionName, run: () => Promise<void>): Promise<void> {
    if (throttled.has(name)) count("Throttles", name, 1);
    else await run();
  }

  const alarms = Object.values(resources)
    .filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")
    .map(({ Properties }) => readAlarm(Properties));
  const prefix = `ecr-pull-secrets-${stage}-`;

  return {
    aws,
    cluster,
    now,
    scheduleMinutes,
    throttled,
    datapoints: datapoints as readonly Datapoint[],
    /** Without the stage. */
    alarmNames: alarms.map(({ name }) => name.replace(prefix, "")),
    /** All of them at the one cluster that there is. */
    register(name: string, tags: Readonly<Record<string, string>> = {}): void {
      const record = `ecr-pull-secrets/${stage}/clusters/${name}`;
      const keys = Object.entries(tags).map(([key, value]) => [`ecr-pull-secrets:${key}`, value]);
      aws.secrets.create(record, cluster.kubeconfig(), Object.fromEntries(keys));
    },
    async unregister(name: string): Promise<void> {
      const client = new SecretsManagerClient({});
      const SecretId = `ecr-pull-secrets/${stage}/clusters/${name}`;
      await client.send(new DeleteSecretCommand({ SecretId }));
      client.destroy();
    },
    /** As the refresh function notes it. */
    async noteSuccess(names: readonly string[]): Promise<void> {
      const client = new SecretsManagerClient({});
      for (const name of names) {
        const SecretId = `ecr-pull-secrets/${stage}/clusters/${name}`;
        const TagKeys = ["ecr-pull-secrets:failing-since"];
        await client.send(new UntagResourceCommand({ SecretId, TagKeys }));
      }
      client.destroy();
    },
    inHours: (hours: number) => `${new Date(nowMs + hours * hourMs).toISOString().slice(0, 19)}Z`,
    /** The schedule fires, the queue is worked off, and the time until the next tick passes. */
    async tick(times = 1): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        await runOrThrottle("dispatch", fire);
        await runOrThrottle("refresh", deliver);
        pass(scheduleMinutes);
      }
    },
    /** Ticks whose sweeps don't come to an end that the tags could tell of. */
    async tickInVain(times = 1): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        await runOrThrottle("dispatch", fire);
        pass(scheduleMinutes);
      }
    },
    /** The queue alone is worked off, `times` times, each after a minute. */
    async deliver(times: number): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        pass(1);
        await runOrThrottle("refresh", deliver);
      }
    },
    /** What nobody of ours sends. */
    poison: () => aws.queues.send(queue.url, "{}"),
    /** Somebody looked at them, and took them away. */
    clearDeadLetters: () => aws.queues.deliver(deadLetters.url, () => undefined),
    pass,
    /** Of an alarm, since it was made, which is when the stage was deployed. */
    history(name: string, delayMs = 0): AlarmHistory {
      const alarm = alarms.find((each) => each.name === prefix + name);
      if (!alarm) throw new Error(`no such alarm: ${name}`);
      return watchAlarm(alarm, datapoints, { fromMs: startMs + minuteMs, untilMs: nowMs, delayMs });
    },
    state(name: string): AlarmState {
      return this.history(name).at(-1)?.state ?? "INSUFFICIENT_DATA";
    },
    async close(): Promise<void> {
      vi.unstubAllEnvs();
      await Promise.all([aws.close(), cluster.close(), rm(folder, { recursive: true })]);
    },
  };
}

/** As in `serverless.yml`. */
const asDeployed = { batchSize: 1, maximumConcurrency: 50 };
const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 90_000 };

interface ConfigWish {
  readonly scheduleMinutes: number;
  readonly perCluster: boolean;
  /** AWS sessions for pods, beside the pull secret. */
  readonly sessions: boolean;
}

function configOf({ scheduleMinutes, perCluster, sessions }: ConfigWish): string {
  const unit = scheduleMinutes === 1 ? "minute" : "minutes";
  const pullSecret = {
    name: "ecr-pull",
    namespaces: ["apps"],
    registries: [{ type: "ecr", region: "us-east-1" }],
  };
  const format = { type: "awsCredentials", roleArn: podsRole };
  const session = { name: "aws-session", namespaces: ["apps"], format };
  const schedule = `rate(${scheduleMinutes} ${unit})`;
  const pullSecrets = [pullSecret, ...(sessions ? [session] : [])];
  return JSON.stringify({ schedule, metrics: { perCluster }, pullSecrets });
}
