/**
 * What one stage's config file says, with every default filled in and every pattern parsed.
 */
import { matchesAnyGlob } from "./globs.ts";
import type { NamespaceSelection } from "./namespace-selection.ts";
import type { SecretFormat, WorkloadRef } from "./secret-format.ts";

export const endpointFamilies = ["ipv4", "dual-stack", "fips"] as const;
export type EndpointFamily = (typeof endpointFamilies)[number];

export interface StageConfig {
  readonly schedule: Schedule;
  readonly alarms: { readonly email: string | undefined };
  readonly metrics: {
    /** Series of its own for each cluster: CloudWatch asks $0.30 a month for each of them. */
    readonly perCluster: boolean;
  };
  readonly pullSecrets: readonly PullSecretConfig[];
  /** Names or globs of clusters that the functions leave to runners inside their networks. */
  readonly localClusters: readonly string[];
  /** Names of clusters whose certificate isn't verified. */
  readonly allowInsecureTls: readonly string[];
  readonly aws: AwsOptions;
}

/** How the stack is deployed in AWS; nothing here changes what is in the clusters. */
export interface AwsOptions {
  /** Undefined: AWS's own keys. Encrypts records, queues, topic and logs. */
  readonly kmsKeyArn: string | undefined;
  /** ARN of a policy that bounds both functions' roles. */
  readonly permissionsBoundary: string | undefined;
  /** On everything that the stack and `register` make in AWS. */
  readonly tags: Readonly<Record<string, string>>;
  readonly logRetentionDays: number;
  /** Where the refresh function runs; undefined: outside of any network of one's own. */
  readonly vpc: VpcConfig | undefined;
  readonly concurrency: {
    /** Clusters that are swept at once. */
    readonly queue: number;
    /** Set aside for the refresh function; undefined: it shares the account's. */
    readonly reserved: number | undefined;
  };
}

export type VpcConfig =
  | {
      readonly kind: "existing";
      readonly subnetIds: readonly string[];
      readonly securityGroupIds: readonly string[];
    }
  /** A network of the stack's own, whose NAT gateway has a fixed address. */
  | { readonly kind: "fixed-egress" };

export interface Schedule {
  /** As EventBridge wants it: `rate(10 minutes)`. */
  readonly expression: string;
  readonly periodMinutes: number;
}

export interface PullSecretConfig {
  readonly name: string;
  /** Names or globs. */
  readonly clusters: readonly string[];
  readonly namespaces: NamespaceSelection;
  /** Names of the accounts to link, or all of them. */
  readonly serviceAccounts: readonly string[] | "all";
  /** None with the format awsCredentials, which names its role itself. */
  readonly registries: readonly RegistryConfig[];
  readonly format: SecretFormat;
  /** Workloads that roll once when the content has changed. */
  readonly restart: readonly WorkloadRef[];
  /** Take over a Secret of this name that somebody else made. */
  readonly adopt: boolean;
  /** Delete our Secret from namespaces that are no longer selected. */
  readonly prune: boolean;
}

/** Private registries in one region, behind one token. */
export interface EcrRegistryConfig {
  readonly type: "ecr";
  readonly region: string;
  /** Undefined: the account that the caller's own credentials belong to. */
  readonly accounts: readonly string[] | undefined;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
  readonly endpoints: readonly EndpointFamily[];
  /** Names or globs that the function's own role may pull; undefined: all. */
  readonly repositories: readonly string[] | undefined;
}

/** public.ecr.aws, whose pulls are throttled less with a token. */
export interface EcrPublicRegistryConfig {
  readonly type: "ecr-public";
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
}

/** Any registry, with a username and password that somebody keeps in Secrets Manager. */
export interface StaticRegistryConfig {
  readonly type: "static";
  readonly host: string;
  /** Name or ARN of the secret. */
  readonly secretId: string;
  /** Undefined: it is in the secret. Given, the whole secret is the password. */
  readonly username: string | undefined;
  /** The secret's own key, if it isn't one that AWS manages. */
  readonly kmsKeyArn: string | undefined;
}

export type RegistryConfig = EcrRegistryConfig | EcrPublicRegistryConfig | StaticRegistryConfig;

export function matchesCluster(
  pullSecret: Pick<PullSecretConfig, "clusters">,
  clusterName: string,
): boolean {
  return matchesAnyGlob(pullSecret.clusters, clusterName);
}

/** Whether the functions leave a cluster alone, and something inside its network sweeps it. */
export function isLocalCluster(
  { localClusters }: Pick<StageConfig, "localClusters">,
  clusterName: string,
): boolean {
  return matchesAnyGlob(localClusters, clusterName);
}
