/** The fake's STS: GetCallerIdentity and AssumeRole. */
import type { Identities } from "./identities.ts";
import { queryFailure, queryReply } from "./protocols.ts";
import {
  type ActionCall,
  AwsFailure,
  type AwsRequest,
  type AwsService,
  ServiceFailure,
} from "./service.ts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
const defaultDurationSeconds = 3_600;
/** Of a session of a role that a role assumed. */
const maxChainedSeconds = 3_600;
const maxPolicyCharacters = 2_048;

/** What was asked for with a session that was given. */
export interface AssumedSession {
  readonly roleArn: string;
  readonly sessionName: string;
  /** As it was written; undefined: all that the role may. Nothing here is refused because of it. */
  readonly policy: string | undefined;
  readonly durationSeconds: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export function createSts(
  identities: Identities,
  onAssumed: (session: AssumedSession) => void = () => {},
): AwsService {
  return {
    name: "sts",
    actionOf: ({ body }) => new URLSearchParams(body).get("Action") ?? undefined,
    resourceOf: (action, { request }) =>
      action === "AssumeRole" ? required(request, "RoleArn") : "*",
    actions: {
      GetCallerIdentity: ({ identity: { arn, userId, account } }) =>
        queryReply("GetCallerIdentity", namespace, { Arn: arn, UserId: userId, Account: account }),
      AssumeRole: (call) => assumeRole(identities, call, onAssumed),
    },
    failure: (failure) => queryFailure(failure, namespace),
  };
}

function assumeRole(
  identities: Identities,
  { identity, request }: ActionCall,
  onAssumed: (session: AssumedSession) => void,
) {
  const form = new URLSearchParams(request.body);
  const durationSeconds = secondsIn(form, identity.roleArn !== undefined);
  const policy = policyIn(form);
  const roleArn = required(request, "RoleArn");
  const sessionName = required(request, "RoleSessionName");
  const durationMs = durationSeconds * 1_000;
  const session = identities.assume(identity, { arn: roleArn, sessionName, durationMs });
  const { accessKeyId, secretAccessKey, sessionToken = "" } = session;
  const keys = { accessKeyId, secretAccessKey, sessionToken };
  onAssumed({ roleArn, sessionName, policy, durationSeconds, ...keys });
  return queryReply("AssumeRole", namespace, {
    AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.userId },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken ?? "",
      Expiration: session.expiresAt?.toISOString() ?? "",
    },
  });
}

function secondsIn(form: URLSearchParams, isChained: boolean): number {
  const seconds = Number(form.get("DurationSeconds") ?? defaultDurationSeconds);
  if (!(seconds >= 900 && seconds <= 43_200)) {
    throw new AwsFailure("invalid", "1 validation error detected: Value at 'durationSeconds'");
  }
  if (isChained && seconds > maxChainedSeconds) {
    throw new AwsFailure(
      "invalid",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  return seconds;
}

function policyIn(form: URLSearchParams): string | undefined {
  const policy = form.get("Policy") ?? undefined;
  if (policy === undefined) return undefined;
  if (policy.length > maxPolicyCharacters) {
    throw new AwsFailure("invalid", "1 validation error detected: Value at 'policy'");
  }
  if (!isPolicy(policy)) {
    throw new ServiceFailure("MalformedPolicyDocument", "Syntax errors in policy.");
  }
  return policy;
}

function isPolicy(text: string): boolean {
  try {
    const policy: unknown = JSON.parse(text);
    return typeof policy === "object" && policy !== null && "Statement" in policy;
  } catch {
    return false;
  }
}

function required({ body }: AwsRequest, name: string): string {
  const value = new URLSearchParams(body).get(name);
  if (value === null) {
    throw new AwsFailure("invalid", `1 validation error detected: Value null at '${name}'`);
  }
  return value;
}
