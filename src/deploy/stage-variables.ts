/**
 * What `serverless.yml` takes from a stage's config. What can't be deployed fails here, before
 * anything is packaged.
 */
import { loadConfig } from "../config/load.ts";
import { keepsSessions } from "../config/session-life.ts";
import type { StageConfig } from "../config/stage-config.ts";
import { checkDeployment } from "./check-deployment.ts";
import { type StackTemplate, stackTemplate } from "./template/template.ts";

export interface StageVariables {
  readonly configFile: string;
  readonly schedule: string;
  readonly scheduleMinutes: number;
  /** What dispatch is told beside what both functions are. */
  readonly dispatchEnvironment: Readonly<Record<string, string>>;
  /** Clusters that are swept at once. */
  readonly maximumConcurrency: number;
  readonly logRetentionDays: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly stack: StackTemplate;
}

/** @throws ConfigError with every problem of the stage's config, StageError */
export async function stageVariables(stage: string, region: string): Promise<StageVariables> {
  const configFile = `config/${stage}.yml`;
  const config = await loadConfig(configFile);
  checkDeployment({ stage, config }, { configFile, region });
  return {
    configFile,
    schedule: config.schedule.expression,
    scheduleMinutes: config.schedule.periodMinutes,
    dispatchEnvironment: dispatchEnvironment(config),
    maximumConcurrency: config.aws.concurrency.queue,
    logRetentionDays: config.aws.logRetentionDays,
    tags: config.aws.tags,
    stack: stackTemplate({ stage, config }),
  };
}

/** It isn't bundled with the config: what it loads decides how long its cold start takes. */
function dispatchEnvironment(config: StageConfig): Record<string, string> {
  return {
    LOCAL_CLUSTERS: JSON.stringify(config.localClusters),
    ...(keepsSessions(config) && { AWS_SESSIONS: "true" }),
  };
}
