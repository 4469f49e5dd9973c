/** The fake's STS: GetCallerIdentity and AssumeRole. */
import type { Identities } from "./identities.ts";
import { queryFailure, queryReply } from "./protocols.ts";
import { type ActionCall, AwsFailure, type AwsRequest, type AwsService } from "./service.ts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
const defaultDurationSeconds = 3_600;

export function createSts(identities: Identities): AwsService {
  return {
    name: "sts",
    actionOf: ({ body }) => new URLSearchParams(body).get("Action") ?? undefined,
    resourceOf: (action, { request }) =>
      action === "AssumeRole" ? required(request, "RoleArn") : "*",
    actions: {
      GetCallerIdentity: ({ identity: { arn, userId, account } }) =>
        queryReply("GetCallerIdentity", namespace, { Arn: arn, UserId: userId, Account: account }),
      AssumeRole: (call) => assumeRole(identities, call),
    },
    failure: (failure) => queryFailure(failure, namespace),
  };
}

function assumeRole(identities: Identities, { identity, request }: ActionCall) {
  const form = new URLSearchParams(request.body);
  const seconds = Number(form.get("DurationSeconds") ?? defaultDurationSeconds);
  if (!(seconds >= 900 && seconds <= 43_200)) {
    throw new AwsFailure("invalid", "1 validation error detected: Value at 'durationSeconds'");
  }
  const session = identities.assume(identity, {
    arn: required(request, "RoleArn"),
    sessionName: required(request, "RoleSessionName"),
    durationMs: seconds * 1_000,
  });
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

function required({ body }: AwsRequest, name: string): string {
  const value = new URLSearchParams(body).get(name);
  if (value === null) {
    throw new AwsFailure("invalid", `1 validation error detected: Value null at '${name}'`);
  }
  return value;
}
