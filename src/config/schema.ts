/**
 * The config file's schema: the way from plain values to a StageConfig, and the source of
 * `config/schema.json`. What concerns several entries at once is in conflicts.ts.
 */
import * as z from "zod";
import { awsOptions } from "./aws-schema.ts";
import {
  clusterName,
  clusterPattern,
  emailAddress,
  listOf,
  schedule,
  secretName,
  serviceAccountName,
} from "./fields.ts";
import { secretFormat, workloads } from "./format-schema.ts";
import { localClusters } from "./local-clusters-schema.ts";
import { namespaces } from "./namespaces-schema.ts";
import { registry } from "./registry-schema.ts";
import type { PullSecretConfig, StageConfig } from "./stage-config.ts";

/** Each costs a list per sweep, so this is far more than a cluster should have. */
export const maxPullSecrets = 100;

export const clusters = listOf(clusterPattern)
  .prefault(["*"])
  .describe("Names or globs of the clusters that get it. Default: all.");

const serviceAccounts = listOf(serviceAccountName)
  .transform((names, context) => {
    if (!names.includes("*")) return names;
    if (names.length === 1) return "all";
    const message = 'expected "*" alone, which stands for all, or names, found both';
    context.issues.push({ code: "custom", input: names, message });
    return z.NEVER;
  })
  .optional()
  .describe(
    'ServiceAccounts whose imagePullSecrets get the secret added, or ["*"] for all. Default: none.',
  );

const pullSecret = z
  .strictObject({
    name: secretName.describe("Name of the Secret in each namespace."),
    clusters,
    namespaces,
    serviceAccounts,
    registries: listOf(registry)
      .optional()
      .describe("The registries that the secret opens. None with the format awsCredentials."),
    format: secretFormat,
    restart: workloads,
    adopt: z
      .boolean()
      .default(false)
      .describe("Take over a Secret of this name that something else made."),
    prune: z
      .boolean()
      .default(false)
      .describe("Delete the secret from namespaces that are no longer selected."),
  })
  .transform(
    (given): PullSecretConfig => ({
      name: given.name,
      clusters: given.clusters,
      namespaces: given.namespaces,
      serviceAccounts: given.serviceAccounts ?? [],
      registries: given.registries ?? [],
      format: given.format,
      restart: given.restart ?? [],
      adopt: given.adopt,
      prune: given.prune,
    }),
  );

export const stageConfig = z
  .strictObject({
    schedule: schedule
      .prefault("rate(10 minutes)")
      .describe("How often to look for work: rate(1 minute) to rate(60 minutes)."),
    alarms: z
      .strictObject({ email: emailAddress.optional().describe("Who is told by mail.") })
      .optional()
      .describe("Who is told when something fails."),
    metrics: z
      .strictObject({
        perCluster: z
          .boolean()
          .optional()
          .describe(
            "Metrics with the cluster as a dimension. CloudWatch asks $0.60 a month for each " +
              "cluster (list price of us-east-1, November 2026: " +
              "https://aws.amazon.com/cloudwatch/pricing/). Default: false.",
          ),
      })
      .optional()
      .describe("What is measured beside the few metrics of the whole stage."),
    aws: awsOptions,
    pullSecrets: listOf(pullSecret, maxPullSecrets).describe(
      "The pull secrets, and which clusters and namespaces get them.",
    ),
    localClusters: localClusters.optional(),
    allowInsecureTls: listOf(clusterName)
      .optional()
      .describe("Clusters whose certificate is not verified. Anybody in between can read along."),
  })
  .transform(
    (given): StageConfig => ({
      schedule: given.schedule,
      alarms: { email: given.alarms?.email },
      metrics: { perCluster: given.metrics?.perCluster ?? false },
      pullSecrets: given.pullSecrets,
      localClusters: given.localClusters ?? [],
      allowInsecureTls: given.allowInsecureTls ?? [],
      aws: given.aws,
    }),
  )
  .describe("What one stage of ecr-pull-secrets keeps fresh, and where.");
