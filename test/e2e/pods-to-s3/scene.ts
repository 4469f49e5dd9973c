/**
 * A cluster, an AWS that enforces IAM, and sweeps as the refresh function's role. Sessions last for
 * less than a minute here, by the emulator's clock and everybody's: what ends is refused for good.
 */
import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { vi } from "vitest";
import { stringify } from "yaml";
import { createAwsSession } from "../../../src/aws/session.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { refreshCluster } from "../../../src/refresh/refresh-cluster.ts";
import type { SweepReport } from "../../../src/refresh/report/report.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { accountName, defaultNamespace } from "../../../src/rights/names.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import { type AwsEmulator, startAwsEmulator } from "../parts/aws-emulator.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { createWorkspace, type Workspace } from "../parts/workspace.ts";
import { createNamespaces, readSecret, type SecretObject } from "../sweep/contents.ts";
import { connect } from "../sweep/deployment.ts";

export const sessionSeconds = 45;
/** Half-life is the latest that a session is due; a second for rounded stamps. */
export const dueAfterMs = (sessionSeconds / 2 + 1) * 1_000;

export const cluster = "prod-eu";
export const bucket = "pods";
/** The role may write there, and the session policy doesn't let it. */
export const otherBucket = "payroll";
export const secretName = "aws-session";
const namespace = "apps";
const region = "us-east-1";

export interface Scene extends AsyncDisposable {
  readonly aws: AwsEmulator;
  readonly kubectl: ControlPlane["kubectl"];
  readonly workspace: Workspace;
  readonly mountPath: string;
  readonly podsRole: string;
  sweep(): Promise<SweepReport>;
  readSecret(): Promise<SecretObject>;
  /** What somebody gets who asks with these files' session; an error's name, or `done`. */
  tryWith(secret: SecretObject, target?: string): Promise<string>;
}

export async function startScene(): Promise<Scene> {
  await using cleanup = new AsyncDisposableStack();
  const aws = cleanup.use(await startAwsEmulator({ auth: true, sessionSeconds }));
  for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  cleanup.defer(() => void vi.unstubAllEnvs());
  const controlPlane = await startControlPlane();
  cleanup.defer(() => controlPlane.stop());
  const workspace = await createWorkspace("pods-to-s3");
  cleanup.defer(() => workspace.remove());
  const mountPath = workspace.file("mount");
  const podsRole = await aws.createRole("pods", ["s3:*"]);
  const asFunction = await assumeFunctionRole(aws, podsRole);
  await makeBuckets(aws);
  await createNamespaces(controlPlane.kubectl, [{ name: namespace }]);

  const owner = { account: aws.account, region, stage: "prod" };
  const config = parseConfig(configOf(podsRole, mountPath), "config/prod.yml");
  const desired = desiredPullSecrets(config.pullSecrets, cluster, owner);
  const subject = {
    kind: "ServiceAccount",
    namespace: defaultNamespace,
    name: accountName,
  } as const;
  const place = { cluster, owner, namespace: defaultNamespace, withPolicy: true };
  const { objects } = computeRights({ ...place, desired, subject });
  const manifest = objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n");
  const kubeconfig = await controlPlane.serviceAccountKubeconfig(manifest);

  const running = cleanup.move();
  return {
    aws,
    kubectl: controlPlane.kubectl,
    workspace,
    mountPath,
    podsRole,
    async sweep() {
      const session = createAwsSession({ region, name: owner.stage, credentials: asFunction });
      const now = () => new Date();
      const credentials = createCredentials({ session, now });
      const connection = connect(kubeconfig);
      try {
        const stop = new AbortController().signal;
        const progress = { minted: () => {}, applied: () => {} };
        const ports = { api: connection.api(stop), credentials, now, stop, progress };
        return await refreshCluster({ cluster, owner, desired }, ports);
      } finally {
        await connection.close();
      }
    },
    readSecret: () => readSecret(controlPlane.kubectl, namespace, secretName),
    tryWith: (secret, target = bucket) => putWith(aws, sessionIn(secret), target),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Who may assume what is as the documents say: the pods' role trusts this one alone. */
async function assumeFunctionRole(aws: AwsEmulator, podsRole: string) {
  const role = await aws.createRole("refresh", []);
  const toAssume = { Action: "sts:AssumeRole", Resource: podsRole };
  await aws.iam.putRolePolicy("refresh", "pods", toAssume);
  await aws.iam.trust("pods", { Principal: { AWS: role }, Action: "sts:AssumeRole" });
  const { endpoint, credentials } = aws;
  const sts = new STSClient({ endpoint, credentials, region });
  const command = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "refresh" });
  return credentialsOf((await sts.send(command)).Credentials);
}

function credentialsOf(
  given: {
    AccessKeyId?: string | undefined;
    SecretAccessKey?: string | undefined;
    SessionToken?: string | undefined;
  } = {},
) {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = given;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}

/** The session in a secret, whatever the pods make of it. */
export function sessionIn({ data }: SecretObject) {
  const text = Buffer.from(data["credentials.json"] ?? "", "base64").toString();
  return credentialsOf(JSON.parse(text));
}

async function makeBuckets(aws: AwsEmulator): Promise<void> {
  const client = s3Client(aws, aws.credentials);
  for (const Bucket of [bucket, otherBucket]) {
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new HeadBucketCommand({ Bucket }));
  }
}

async function putWith(
  aws: AwsEmulator,
  credentials: NonNullable<S3ClientConfig["credentials"]>,
  Bucket: string,
): Promise<string> {
  const command = new PutObjectCommand({ Bucket, Key: "tried", Body: "whoever" });
  return await s3Client(aws, credentials)
    .send(command)
    .then(() => "done")
    .catch((error: unknown) => (error instanceof Error ? error.name : String(error)));
}

function s3Client(
  { endpoint }: AwsEmulator,
  credentials: NonNullable<S3ClientConfig["credentials"]>,
) {
  return new S3Client({ endpoint, credentials, region, forcePathStyle: true, maxAttempts: 1 });
}

function configOf(roleArn: string, mountPath: string): string {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  const Statement = [{ Effect: "Allow", Action: "s3:*", Resource }];
  const sessionPolicy = { Version: "2012-10-17", Statement };
  const format = { type: "awsCredentials", roleArn, region, sessionPolicy, mountPath };
  return JSON.stringify({
    schedule: "rate(10 minutes)",
    pullSecrets: [{ name: secretName, namespaces: [namespace], format }],
  });
}
