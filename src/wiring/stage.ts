/** What the command line has of a deployed stage: its functions, and the records of its clusters. */
import { createAwsSession } from "../aws/session.ts";
import { createSecretsManagerStore } from "../clusters/secrets-manager-store.ts";
import { createSecretsManagerWriter } from "../clusters/secrets-manager-writer.ts";
import type { ClusterStore, ClusterWriter } from "../clusters/store.ts";
import { createDeployedStack } from "../stack/aws-deployed-stack.ts";
import type { DeployedStack } from "../stack/deployed-stack.ts";

export interface StageWiring {
  /** The account of the caller's AWS credentials. @throws AwsError */
  readonly callerAccount: () => Promise<string>;
  readonly stackOf: (stage: string) => DeployedStack;
  readonly clustersOf: (stage: string) => ClusterStore;
  readonly writerOf: (stage: string) => ClusterWriter;
}

export interface StagePlace {
  readonly region: string;
  readonly profile: string | undefined;
}

export function wireStage({ region, profile }: StagePlace): StageWiring {
  const session = createAwsSession({ region, profile, name: "command-line" });
  return {
    callerAccount: session.callerAccount,
    stackOf: (stage) => createDeployedStack({ session, region, stage }),
    clustersOf: (stage) => createSecretsManagerStore({ session, region, stage }),
    writerOf: (stage) => createSecretsManagerWriter({ session, region, stage }),
  };
}
