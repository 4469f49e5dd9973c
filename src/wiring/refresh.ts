/** The refresh function, made once per process: clients, tokens and connections live as long as it. */
import { createAwsSession } from "../aws/session.ts";
import { readPackagedConfig } from "../config/load.ts";
import { createRefreshQueue } from "../dispatch/sqs-refresh-queue.ts";
import { createTopic } from "../notifications/sns-topic.ts";
import type { ExchangeOptions } from "../registries/exchange.ts";
import type { FunctionSettings } from "../settings.ts";
import { createTelemetry } from "../telemetry/telemetry.ts";
import { serveRefresh } from "../worker/serve-refresh.ts";
import type { Invocation } from "./invocation.ts";
import { refreshPorts } from "./refresh-ports.ts";

const realTime = () => new Date();

/** A function serves whichever cluster comes: connections to so many are kept. */
const maxOpen = 16;

/** @param exchanges what differs from how registries are asked for images */
export function wireRefresh(
  settings: FunctionSettings,
  now: () => Date = realTime,
  exchanges?: ExchangeOptions,
) {
  const { stage, region, account, queueUrl, topicArn } = settings;
  const config = readPackagedConfig(settings.configFile);
  const session = createAwsSession({ region, name: stage });
  const { delayRetry } = createRefreshQueue({ session, region, queueUrl });
  const telemetry = createTelemetry({ stage, perCluster: config.metrics.perCluster, now });
  const { swept, skipped, warned, told, notTold } = telemetry;
  const owner = { account, region, stage };
  const notify = createTopic({ session, topicArn, place: owner, now });
  const own = { delayRetry, swept, skipped, warned, topic: { notify, told, notTold } };
  const { ports } = refreshPorts({ session, owner, config, now, exchanges }, own)(maxOpen);
  return (event: unknown, invocation: Invocation): Promise<unknown> => {
    telemetry.begin(invocation.awsRequestId);
    return serveRefresh(event, invocation.getRemainingTimeInMillis(), ports);
  };
}
