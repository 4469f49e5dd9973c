/** What there is in AWS around a deploy or a removal, asked as whoever deploys. */
import { type AwsCredentials, createAwsSession } from "../aws/session.ts";
import { createSecretsManagerStore } from "../clusters/secrets-manager-store.ts";
import { loadConfig } from "../config/load.ts";
import { type Look, lookAtClusters } from "../deploy/around/look-at-clusters.ts";
import { listSubscriptions, type Subscription } from "../notifications/topic-subscriptions.ts";

export interface Deployer {
  readonly stage: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

export interface Surroundings {
  look(): Promise<Look>;
  /** Of the config. */
  readonly email: string | undefined;
  /** @throws AwsError */
  subscriptions(topicArn: string): Promise<readonly Subscription[]>;
}

/** @throws ConfigError */
export async function wireSurroundings(deployer: Deployer): Promise<Surroundings> {
  const { stage, region, credentials } = deployer;
  const { pullSecrets, alarms } = await loadConfig(`config/${stage}.yml`);
  const session = createAwsSession({ region, credentials, name: "deploy" });
  const { list } = createSecretsManagerStore({ session, region, stage });
  const ports = { account: session.callerAccount, list };
  return {
    look: () => lookAtClusters(ports, { stage, region, pullSecrets }),
    email: alarms.email,
    subscriptions: (topicArn) => listSubscriptions({ session, region }, topicArn),
  };
}
