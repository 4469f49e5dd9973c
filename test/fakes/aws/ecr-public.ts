/**
 * The fake's ECR Public: GetAuthorizationToken, which AWS has in one region only.
 * https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
 */
import { randomBytes } from "node:crypto";
import { answering, type Fault } from "./faults.ts";
import { jsonActionOf, jsonFailure, jsonReply, secondsOf } from "./protocols.ts";
import { type AwsService, ServiceFailure } from "./service.ts";

export interface MintedPublicToken {
  readonly password: string;
  /** Who asked for it. */
  readonly principal: string;
  readonly expiresAt: Date;
}

export interface EcrPublicOptions {
  readonly now: () => Date;
  readonly tokenLifetimeMs: () => number;
  readonly onMint: (token: MintedPublicToken) => void;
}

const onlyRegion = "us-east-1";

/** Answers with status 200 that no caller can use. */
export const ecrPublicFaults = {
  noAuthorizationData: answering({}),
  /** As ECR's private registries answer. */
  list: answering({
    authorizationData: [{ authorizationToken: "QVdTOnBhc3N3b3Jk", expiresAt: 32_503_680_000 }],
  }),
  malformedToken: answeringWith({ authorizationToken: "bm8gY29sb24gaW4gaGVyZQ==" }),
  noExpiry: answeringWith({ expiresAt: undefined }),
  expired: answeringWith({ expiresAt: 1_000_000_000 }),
} as const satisfies Record<string, Fault>;

export function createEcrPublic({ now, tokenLifetimeMs, onMint }: EcrPublicOptions): AwsService {
  return {
    name: "ecr-public",
    actionOf: (request) => jsonActionOf(request, "SpencerFrontendService"),
    resourceOf: () => "*",
    permissionsOf: (action) => [
      `ecr-public:${action}`,
      ...(action === "GetAuthorizationToken" ? ["sts:GetServiceBearerToken"] : []),
    ],
    actions: {
      GetAuthorizationToken: ({ identity, region }) => {
        if (region !== onlyRegion) throw unsupported();
        const expiresAt = new Date(now().getTime() + tokenLifetimeMs());
        const password = passwordUntil(expiresAt);
        onMint({ password, principal: identity.arn, expiresAt });
        const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
        const authorizationData = { authorizationToken, expiresAt: secondsOf(expiresAt) };
        return jsonReply({ authorizationData });
      },
    },
    failure: jsonFailure,
  };
}

function passwordUntil(expiresAt: Date): string {
  const content = {
    payload: randomBytes(400).toString("base64"),
    version: "3",
    type: "DATA_KEY",
    expiration: Math.floor(expiresAt.getTime() / 1_000),
  };
  return Buffer.from(JSON.stringify(content)).toString("base64");
}

function unsupported(): ServiceFailure {
  return new ServiceFailure(
    "UnsupportedCommandException",
    `GetAuthorizationToken command is only supported in ${onlyRegion}.`,
  );
}

function answeringWith(fields: Readonly<Record<string, unknown>>): Fault {
  const usual = { authorizationToken: "QVdTOnBhc3N3b3Jk", expiresAt: 32_503_680_000 };
  return answering({ authorizationData: { ...usual, ...fields } });
}
