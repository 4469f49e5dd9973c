/** What looking after registered clusters is made of: the same in the function and on a laptop. */
import type { AwsSession } from "../aws/session.ts";
import { createSecretsManagerStore } from "../clusters/secrets-manager-store.ts";
import { createSecretsManagerWriter } from "../clusters/secrets-manager-writer.ts";
import { isLocalCluster, type StageConfig } from "../config/stage-config.ts";
import { createEksTokenSource } from "../credentials/eks-token.ts";
import { describeStoredCredential, withToken } from "../kubernetes/stored-kubeconfig.ts";
import type { Owner } from "../refresh/desired.ts";
import { createExchanges, type ExchangeOptions } from "../registries/exchange.ts";
import { createFindImage } from "../registries/find-image.ts";
import { maxReceiveCount } from "../stack/limits.ts";
import type { CheckingPorts } from "../worker/check-registered.ts";
import type { QueueRules } from "../worker/message-outcome.ts";
import { createCredentials } from "./credentials.ts";
import { examineCluster } from "./examine-cluster.ts";
import { openClusters } from "./open-clusters.ts";
import type { RecordAccessOptions } from "./record-access.ts";

export interface RefreshPlace {
  readonly session: AwsSession;
  readonly owner: Owner;
  readonly config: StageConfig;
  readonly now: () => Date;
  /** What differs from how registries are asked for images. */
  readonly exchanges?: ExchangeOptions | undefined;
}

/** What tells of it, and delays a message, is the caller's own. */
export type OwnPorts = Pick<CheckingPorts, "delayRetry" | "swept" | "skipped" | "warned" | "topic">;

/** @returns the ports for connections that are kept: so many at most, until they are closed */
export function refreshPorts(
  { session, owner, config, now, exchanges }: RefreshPlace,
  own: OwnPorts,
): (maxOpen: number) => { readonly ports: CheckingPorts; readonly close: () => Promise<void> } {
  const records = { session, region: owner.region, stage: owner.stage };
  const access: RecordAccessOptions = {
    eksTokens: createEksTokenSource({ session, now }),
    isInsecureTlsAllowed: (cluster) => config.allowInsecureTls.includes(cluster),
    now,
  };
  const shared = {
    ...own,
    clusters: createSecretsManagerStore(records),
    examine: (record, abort) => examineCluster(record, abort, access),
    credentials: createCredentials({ session, now }),
    images: { find: createFindImage(createExchanges(exchanges)), callerArn: session.callerArn },
    pullSecrets: config.pullSecrets,
    owner,
    isLocal: (cluster) => isLocalCluster(config, cluster),
    now,
    rules: queueRules(config),
  } satisfies Partial<CheckingPorts>;
  const writer = createSecretsManagerWriter(records);
  const kubeconfigs = { describe: describeStoredCredential, withToken };
  return (maxOpen) => {
    const { open, tryOut, close } = openClusters({ ...access, maxOpen });
    return { ports: { ...shared, open, rotation: { writer, kubeconfigs, tryOut } }, close };
  };
}

function queueRules({ schedule, aws }: StageConfig): QueueRules {
  const { queue, reserved = queue } = aws.concurrency;
  return {
    schedulePeriodMs: schedule.periodMinutes * 60_000,
    places: Math.min(queue, reserved),
    maxReceiveCount,
  };
}
