/** As whom the AWS APIs are called: the caller's own credentials, or a role assumed with them. */
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  STSClient,
  type STSClientConfig,
} from "@aws-sdk/client-sts";
import * as z from "zod";
import { askAws, readAwsAnswer } from "./ask-aws.ts";
import type { AwsCall } from "./call.ts";

export interface AwsTimeouts {
  readonly connectMs: number;
  /** One attempt, from the request's first byte to the answer's last. */
  readonly requestMs: number;
}

export interface AwsSessionOptions {
  /** Where STS is called. */
  readonly region: string;
  /** Undefined: the SDK's default chain decides (environment, AWS_PROFILE, SSO, the host). */
  readonly profile?: string | undefined;
  /** Undefined: the SDK finds them. */
  readonly credentials?: AwsCredentials | undefined;
  /** Tells CloudTrail which deployment assumed a role; any text. */
  readonly name: string;
  readonly timeouts?: AwsTimeouts;
}

/** What clients of other AWS services are made with. */
export type AwsClientConfig = ReturnType<typeof clientConfig>;
export type AwsCredentials = NonNullable<STSClientConfig["credentials"]>;

export interface AwsSession {
  /** Where STS is called. */
  readonly region: string;
  readonly clientConfig: AwsClientConfig;
  /** Shared by all clients of that role, and renewed in time. */
  credentialsOf(roleArn: string | undefined): AwsCredentials;
  /** The account that the caller's credentials belong to. @throws AwsError */
  callerAccount(): Promise<string>;
  /** Whose those credentials are: a user's ARN, or that of a role's session. @throws AwsError */
  callerArn(): Promise<string>;
}

const defaultTimeouts: AwsTimeouts = { connectMs: 2_000, requestMs: 5_000 };

export function createAwsSession(options: AwsSessionOptions): AwsSession {
  const { region } = options;
  const shared = clientConfig(options);
  const config = { ...shared, region };
  const caller = new STSClient(config);
  const roles = new Map<string, AwsCredentials>();

  function credentialsOf(roleArn: string | undefined): AwsCredentials {
    if (roleArn === undefined) {
      return caller.config.credentials;
    }
    // A client's resolved credentials are memoized by expiry: sharing them shares the AssumeRole.
    const credentials =
      roles.get(roleArn) ??
      new STSClient({
        ...config,
        credentials: () => assumeRole(caller, { region, roleArn, sessionName: options.name }),
      }).config.credentials;
    roles.set(roleArn, credentials);
    return credentials;
  }

  return {
    region,
    clientConfig: shared,
    credentialsOf,
    callerAccount: async () => (await readCaller(caller, region)).Account,
    callerArn: async () => (await readCaller(caller, region)).Arn,
  };
}

/** A name that STS accepts: 2 to 64 letters, digits and `_+=,.@-`. */
export function roleSessionName(name: string): string {
  return `ecr-pull-secrets-${name}`.replace(/[^A-Za-z0-9_+=,.@-]/g, "-").slice(0, 64);
}

function clientConfig({ profile, credentials, timeouts = defaultTimeouts }: AwsSessionOptions) {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
    retryMode: "standard",
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
    },
    // The SDK would log answers, and with them tokens; without any logger it warns on the console.
    logger: silentLogger,
  };
}

const silentLogger = { debug() {}, info() {}, warn() {}, error() {} };

const sessionSchema = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().min(1),
  Expiration: z.date(),
});

async function assumeRole(
  caller: STSClient,
  role: { readonly region: string; readonly roleArn: string; readonly sessionName: string },
) {
  const call: AwsCall = { action: "sts:AssumeRole", region: role.region, roleArn: role.roleArn };
  const command = new AssumeRoleCommand({
    RoleArn: role.roleArn,
    RoleSessionName: roleSessionName(role.sessionName),
  });
  const answer = await askAws(call, () => caller.send(command));
  const session = readAwsAnswer(call, sessionSchema, answer.Credentials);
  return {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
    expiration: session.Expiration,
  };
}

const callerSchema = z.object({
  Account: z.string().regex(/^\d{12}$/),
  Arn: z.string(),
});

async function readCaller(caller: STSClient, region: string) {
  const call: AwsCall = { action: "sts:GetCallerIdentity", region };
  const answer = await askAws(call, () => caller.send(new GetCallerIdentityCommand({})));
  return readAwsAnswer(call, callerSchema, answer);
}
