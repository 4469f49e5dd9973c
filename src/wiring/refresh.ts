/** The refresh function, made once per process: clients, tokens and connections live as long as it. */
import { createAwsSession } from "../aws/session.ts";
import { createSecretsManagerStore } from "../clusters/secrets-manager-store.ts";
import { createSecretsManagerWriter } from "../clusters/secrets-manager-writer.ts";
import { loadConfig } from "../config/load.ts";
import { createAwsEcrApi } from "../credentials/aws-ecr-api.ts";
import { createEcrCredentialSource } from "../credentials/ecr.ts";
import { createEksTokenSource } from "../credentials/eks-token.ts";
import { createRefreshQueue } from "../dispatch/sqs-refresh-queue.ts";
import { describeStoredCredential, withToken } from "../kubernetes/stored-kubeconfig.ts";
import type { FunctionSettings } from "../settings.ts";
import { createTelemetry } from "../telemetry/telemetry.ts";
import type { CheckingPorts } from "../worker/check-registered.ts";
import { serveRefresh } from "../worker/serve-refresh.ts";
import { examineCluster } from "./examine-cluster.ts";
import type { Invocation } from "./invocation.ts";
import { openClusters } from "./open-clusters.ts";
import type { RecordAccessOptions } from "./record-access.ts";

const realTime = () => new Date();

/** As `serverless.yml` says it of the queue. */
const maxReceiveCount = 5;
/** A function serves whichever cluster comes: connections to so many are kept. */
const maxOpen = 16;

export async function wireRefresh(settings: FunctionSettings, now: () => Date = realTime) {
  const { stage, region, account, queueUrl } = settings;
  const config = await loadConfig(settings.configFile);
  const session = createAwsSession({ region, name: stage });
  const queue = createRefreshQueue({ session, region, queueUrl });
  const telemetry = createTelemetry(stage);
  const access: RecordAccessOptions = {
    eksTokens: createEksTokenSource({ session, now }),
    isInsecureTlsAllowed: (cluster) => config.allowInsecureTls.includes(cluster),
    now,
  };
  const opened = openClusters({ ...access, maxOpen });
  const ports: CheckingPorts = {
    clusters: createSecretsManagerStore({ session, region, stage }),
    open: opened.open,
    examine: (record, abort) => examineCluster(record, abort, access),
    credentials: createEcrCredentialSource({ api: createAwsEcrApi(session), now }),
    pullSecrets: config.pullSecrets,
    owner: { account, region, stage },
    now,
    rules: { schedulePeriodMs: config.schedule.periodMinutes * 60_000, maxReceiveCount },
    rotation: {
      writer: createSecretsManagerWriter({ session, region, stage }),
      kubeconfigs: { describe: describeStoredCredential, withToken },
      tryOut: opened.tryOut,
    },
    delayRetry: queue.delayRetry,
    swept: telemetry.swept,
    skipped: telemetry.skipped,
    warned: telemetry.warned,
  };
  return (event: unknown, invocation: Invocation): Promise<unknown> => {
    telemetry.begin(invocation.awsRequestId);
    return serveRefresh(event, invocation.getRemainingTimeInMillis(), ports);
  };
}
