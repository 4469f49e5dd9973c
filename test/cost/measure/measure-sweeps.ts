/** The refresh function, bundled and with Lambda's limits, at work on one message after the other. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readState } from "../../../src/clusters/record-state.ts";
import { formatMessage } from "../../../src/dispatch/refresh-message.ts";
import { bundleTo, nodeInLambda } from "../../bench/bundle.ts";
import { startService } from "../../bench/child-service.ts";
import { startAws } from "../../fakes/aws/aws.ts";
import { memoryMb } from "../functions.ts";
import type { Measured, SweepWork } from "../measured.ts";
import { callsSince } from "./calls.ts";
import type { CostCluster } from "./cost-cluster.ts";
import { invocationCost } from "./measured-handler.ts";
import { medianWork } from "./median-work.ts";

export interface Place {
  readonly directory: string;
  readonly cluster: CostCluster;
  readonly awsMs: number;
}

interface SweepPlace extends Place {
  readonly config: string;
}

const sources = new URL("refresh-process.ts", import.meta.url);
const stage = "prod";
const recordOf = (name: string) => `ecr-pull-secrets/${stage}/clusters/${name}`;

/** One more than the function keeps connections: each comes back to a closed one, as among many. */
const names = Array.from({ length: 17 }, (_, index) => `cluster-${index}`);
const silent = "silent";

const tokenLifeMs = 12 * 3_600_000;
/** So short that the next sweep finds everything due. */
const shortLifeMs = 3_000;
const renewals = 8;

type Sweeps = AsyncDisposable & Awaited<ReturnType<typeof openSweeps>>;

/** All, or only what an idle sweep takes. */
export async function measureSweeps(place: SweepPlace): Promise<Measured["refresh"]> {
  await using sweeps = await openSweeps(place);
  const renewing = await measureRenewing(sweeps);
  const idle = await measureIdleIn(sweeps);
  return { renewing, idle, hanging: await measureHanging(sweeps) };
}

export async function measureIdle(place: SweepPlace): Promise<SweepWork> {
  await using sweeps = await openSweeps(place);
  for (const name of names) await sweeps.sweep(name);
  return await measureIdleIn(sweeps);
}

async function measureRenewing({ aws, sweep }: Sweeps): Promise<SweepWork> {
  aws.setTokenLifetime(shortLifeMs);
  const works: SweepWork[] = [];
  for (let count = 0; count < renewals; count += 1) {
    const name = names[count % names.length] ?? "";
    works.push(await sweep(name));
    await sleep(shortLifeMs / 2);
  }
  aws.setTokenLifetime(tokenLifeMs);
  // The first wrote all secrets anew, and compiled what the others ran.
  return medianWork(works.slice(2));
}

/** Tags first, then nothing is due. */
async function measureIdleIn({ sweep }: Sweeps): Promise<SweepWork> {
  for (const name of names) await sweep(name);
  const works: SweepWork[] = [];
  for (const name of names) works.push(await sweep(name));
  return medianWork(works);
}

/** The tick after the first one that failed. */
async function measureHanging({ sweep }: Sweeps): Promise<SweepWork> {
  await sweep(silent);
  return medianWork([await sweep(silent)]);
}

async function openSweeps({ directory, cluster, awsMs, config }: SweepPlace) {
  await using cleanup = new AsyncDisposableStack();
  const aws = cleanup.use(await startAws({ latencyMs: awsMs }));
  for (const name of names) aws.secrets.create(recordOf(name), cluster.kubeconfig);
  aws.secrets.create(recordOf(silent), cluster.kubeconfigOfSilent);
  const bundle = await bundleTo(sources, join(directory, "refresh.cjs"));
  const service = cleanup.use(
    startService(bundle, { ...process.env, ...aws.environment, ...environment(aws, config) }),
  );
  const running = cleanup.move();

  async function sweep(name: string): Promise<SweepWork> {
    const before = aws.requests.length;
    const { result, traffic } = await cluster.way.countDuring(() =>
      service.ask({ event: messageFor(name, aws), remainingMs: 90_000 }, invocationCost),
    );
    const { answer: _, ...cost } = result;
    const { bytesUp: sentBytes, bytesDown: receivedBytes } = traffic;
    return { ...cost, calls: callsSince(aws, before), sentBytes, receivedBytes };
  }
  return { aws, sweep, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

type Aws = Awaited<ReturnType<typeof startAws>>;

/** As dispatch queues it, from the tags of now. */
function messageFor(cluster: string, aws: Aws) {
  const tags = Object.entries(aws.secrets.read(recordOf(cluster))?.tags ?? {});
  const state = readState(tags.map(([Key, Value]) => ({ Key, Value })));
  return {
    Records: [
      {
        messageId: "message-1",
        receiptHandle: "handle-1",
        body: formatMessage({ cluster, tick: new Date(), state, failingLong: 1, untold: 0 }),
        attributes: { ApproximateReceiveCount: "1" },
      },
    ],
  };
}

function environment(aws: Aws, config: string) {
  return {
    ...nodeInLambda(memoryMb.refresh),
    STAGE: stage,
    ACCOUNT: aws.account,
    QUEUE_URL: aws.queues.create("refresh.fifo").url,
    TOPIC_ARN: `arn:aws:sns:us-east-1:${aws.account}:alarms`,
    SCHEDULE_MINUTES: "10",
    CONFIG_FILE: config,
    // Lambda sets it, and so log lines hold it.
    _X_AMZN_TRACE_ID: "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0",
  };
}
