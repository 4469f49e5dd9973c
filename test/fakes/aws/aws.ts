/**
 * An AWS endpoint for tests, over a real socket: ECR, ECR Public, STS, Secrets Manager, SQS, SNS,
 * Lambda, EventBridge and EKS as far as this program uses them. It asks for signatures, knows roles and
 * denials, and fails on demand.
 * The SDK finds it by AWS_ENDPOINT_URL.
 */
import { devNull } from "node:os";
import { createEcr, type MintedToken } from "./ecr.ts";
import { createEcrPublic, type MintedPublicToken } from "./ecr-public.ts";
import { createEks } from "./eks.ts";
import { createEventBridge } from "./event-bridge.ts";
import { type Fault, FaultScript } from "./faults.ts";
import { type AccessKeys, Identities } from "./identities.ts";
import { createLambda } from "./lambda.ts";
import { type LoggedRequest, listen } from "./listener.ts";
import { createSecretsManager } from "./secrets-manager.ts";
import { createSns } from "./sns.ts";
import { createSqs } from "./sqs.ts";
import { type AssumedSession, createSts } from "./sts.ts";

export interface AwsOptions {
  /** The account of the caller's own credentials. */
  readonly account?: string;
  /** The caller's own, where another endpoint knows them, too; default: random ones. */
  readonly credentials?: AccessKeys;
  /** For `environment`, and for what is made in this process: the endpoint answers for all. */
  readonly region?: string;
  /** Roles that may be assumed; no others exist. */
  readonly roles?: readonly string[];
  readonly tokenLifetimeMs?: number;
  /** How far ListSecrets is behind; on AWS it may be minutes. */
  readonly listLagMs?: number;
  readonly latencyMs?: number;
  readonly now?: () => Date;
}

/** Whom a denial is for, and what for; left out, everybody and everything. */
export interface DenialScope {
  readonly role?: string;
  /** An ARN, in which `*` and `?` stand for others. */
  readonly resource?: string;
}

export type FakeAws = Awaited<ReturnType<typeof startAws>>;

const twelveHoursMs = 12 * 3_600_000;

export async function startAws(options: AwsOptions = {}) {
  const { account = "123456789012", region = "us-east-1" } = options;
  let advancedMs = 0;
  const now = () => new Date((options.now?.() ?? new Date()).getTime() + advancedMs);
  const identities = new Identities(account, now, options.credentials);
  for (const role of options.roles ?? []) {
    identities.addRole(role);
  }
  const script = new FaultScript();
  const tokens: MintedToken[] = [];
  const sessions: AssumedSession[] = [];
  const publicTokens: MintedPublicToken[] = [];
  const requests: LoggedRequest[] = [];
  let tokenLifetimeMs = options.tokenLifetimeMs ?? twelveHoursMs;
  const ecr = createEcr({
    now,
    tokenLifetimeMs: () => tokenLifetimeMs,
    onMint: (token) => tokens.push(token),
  });
  const ecrPublic = createEcrPublic({
    now,
    tokenLifetimeMs: () => tokenLifetimeMs,
    onMint: (token) => publicTokens.push(token),
  });
  const place = { account, region };
  const secretsManager = createSecretsManager({ place, listLagMs: options.listLagMs ?? 0, now });
  const sqs = createSqs({ place, endpoint: () => listener.endpoint, now });
  const sns = createSns(place);
  const lambda = createLambda(account);
  const eventBridge = createEventBridge(place);
  const eks = createEks(place);
  const listener = await listen({
    services: [
      ecr,
      ecrPublic,
      createSts(identities, (session) => sessions.push(session)),
      secretsManager.service,
      sqs.service,
      sns.service,
      lambda.service,
      eventBridge.service,
      eks.service,
    ],
    identities,
    faults: script,
    latencyMs: options.latencyMs ?? 0,
    onRequest: (request) => requests.push(request),
  });
  const { accessKeyId, secretAccessKey } = identities.user;

  return {
    endpoint: listener.endpoint,
    account,
    region,
    credentials: { accessKeyId, secretAccessKey },
    /** For a process (or a test) that is to talk to this endpoint, and to no other. */
    environment: {
      AWS_ENDPOINT_URL: listener.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      // Empty counts as unset: nothing of the person who runs this may decide.
      AWS_SESSION_TOKEN: "",
      AWS_PROFILE: "",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
    },
    /** Every token of a private registry that was ever minted here, the oldest first. */
    tokens: tokens as readonly MintedToken[],
    publicTokens: publicTokens as readonly MintedPublicToken[],
    /** Every session of a role that was ever given here, the oldest first. */
    sessions: sessions as readonly AssumedSession[],
    requests: requests as readonly LoggedRequest[],
    /** How often an action was asked for, with whatever outcome. */
    count: (action: string) => requests.filter((request) => request.action === action).length,
    addRole: (roleArn: string) => identities.addRole(roleArn),
    /** By the action of IAM, which for some requests is another one than that of the request. */
    deny: (action: string, { role, resource }: DenialScope = {}) =>
      identities.deny({ action, role, resource }),
    /** Takes back a `deny` with the same arguments. */
    allow: (action: string, { role, resource }: DenialScope = {}) =>
      identities.allow({ action, role, resource }),
    /** The next `times` requests (default: all) to this action go wrong, or a share of all. */
    fail: (
      action: string,
      fault: Fault,
      limits: { readonly times?: number; readonly region?: string; readonly share?: number } = {},
    ) =>
      script.add({
        action,
        fault,
        region: limits.region,
        timesLeft: limits.times ?? Number.POSITIVE_INFINITY,
        share: limits.share ?? 1,
      }),
    /** Ends all scripted faults; denials stay. */
    heal: () => {
      script.clear();
      sqs.heal();
    },
    setTokenLifetime: (lifetimeMs: number) => {
      tokenLifetimeMs = lifetimeMs;
    },
    /** Moves the clock of this endpoint. */
    advance: (byMs: number) => {
      advancedMs += byMs;
    },
    secrets: secretsManager.secrets,
    queues: sqs.queues,
    topics: sns.topics,
    rules: eventBridge.rules,
    eks: eks.eks,
    registerFunction: lambda.registerFunction,
    /** Resolves when all functions that were invoked as events have run. */
    functionsIdle: lambda.idle,
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}
