/**
 * CloudWatch, as far as the emulator lacks it: it reads metrics from the functions' log lines, counts
 * dead letters, judges the deployed alarms, and sets their states. What a state's change sets off is
 * the emulator's: it tells the topic.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CloudFormationClient, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { type Datapoint, readEmbedded } from "../../fakes/cloudwatch/embedded-metrics.ts";
import {
  type AlarmState,
  type MetricAlarm,
  readAlarm,
  watchAlarm,
} from "../../fakes/cloudwatch/metric-alarm.ts";
import { createQueues } from "../stack/queues.ts";
import type { Stack } from "../stack/stack.ts";

export interface CloudWatch extends AsyncDisposable {
  /** What was measured so far. */
  datapoints(): Promise<readonly Datapoint[]>;
  /** From now on, a deployed stage's alarms are judged. */
  watch(stage: string): Promise<void>;
  /** For this stage's alarms so much more time goes by, in which nothing is measured. */
  letPass(stage: string, ms: number): void;
}

interface Watched {
  readonly alarms: readonly MetricAlarm[];
  /** By alarm, once it has one. */
  readonly states: Map<string, AlarmState>;
  /** When what came before seems to have been so much earlier. */
  lapse: { readonly atMs: number; readonly byMs: number };
}

/** CloudWatch judges once a minute, beginning anywhere in it: here there is no waiting for that. */
const pauseMs = 1_500;

export function startCloudWatch(stack: Stack): CloudWatch {
  const watched = new Map<string, Watched>();
  const countLetters = createLetterCount(stack);
  const setState = createStateSetter(stack);
  const datapoints = async () => [
    ...readEmbedded(await stack.lines()),
    ...(await countLetters([...watched.keys()])),
  ];
  const judge = async () => {
    const measured = await datapoints();
    for (const each of watched.values()) await setChanges(each, measured, setState);
  };
  const stopped = new AbortController();
  const judging = repeat(judge, stopped.signal);
  // Whoever stops it hears of it.
  judging.catch(() => {});
  return {
    datapoints,
    watch: async (stage) => {
      const alarms = await readAlarms(stack, stage);
      watched.set(stage, { alarms, states: new Map(), lapse: { atMs: 0, byMs: 0 } });
    },
    letPass: (stage, byMs) => {
      const one = watched.get(stage);
      if (one) one.lapse = { atMs: Date.now(), byMs };
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await judging;
    },
  };
}

const template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});

/** As they were deployed. */
async function readAlarms({ aws }: Stack, stage: string): Promise<readonly MetricAlarm[]> {
  const { endpoint, region, credentials } = aws;
  const client = new CloudFormationClient({ endpoint, region, credentials });
  const command = new GetTemplateCommand({ StackName: `ecr-pull-secrets-${stage}` });
  const { TemplateBody = "" } = await client.send(command);
  const { Resources } = template.parse(JSON.parse(TemplateBody));
  return Object.values(Resources)
    .filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")
    .map(({ Properties }) => readAlarm(Properties));
}

/** As CloudWatch gets to know it; it keeps each count. */
function createLetterCount({ aws }: Stack) {
  const counts: Datapoint[] = [];
  return async (stages: readonly string[]) => {
    for (const stage of stages) {
      const name = `ecr-pull-secrets-${stage}`;
      counts.push({
        namespace: "AWS/SQS",
        metric: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: `${name}-refresh-dlq.fifo` },
        value: await createQueues(aws, name).deadLetterCount(),
        atMs: Date.now(),
      });
    }
    return counts;
  };
}

type SetState = (alarm: string, state: AlarmState) => Promise<void>;

function createStateSetter({ aws: { endpoint, region, credentials } }: Stack): SetState {
  const client = new CloudWatchClient({ endpoint, region, credentials });
  return async (AlarmName, StateValue) => {
    const StateReason = "judged by the tests";
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
  };
}

async function setChanges(
  { alarms, states, lapse }: Watched,
  measured: readonly Datapoint[],
  setState: SetState,
): Promise<void> {
  const moved = measured.map((each) =>
    each.atMs < lapse.atMs ? { ...each, atMs: each.atMs - lapse.byMs } : each,
  );
  const now = Date.now();
  for (const alarm of alarms) {
    // Nothing: it stays as it was.
    const [change] = watchAlarm(alarm, moved, { fromMs: now, untilMs: now });
    if (change && change.state !== states.get(alarm.name)) {
      states.set(alarm.name, change.state);
      await setState(alarm.name, change.state);
    }
  }
}

/** Until it is told to stop. @throws what the work throws, and ends with that */
async function repeat(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work();
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
