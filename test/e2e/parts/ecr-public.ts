/**
 * ECR Public, which the AWS emulator doesn't have: a listener that answers GetAuthorizationToken as
 * AWS documents it. It believes whoever signs; what IAM makes of them isn't seen here.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { createEcrPublic, type MintedPublicToken } from "../../fakes/aws/ecr-public.ts";
import {
  type ActionCall,
  AwsFailure,
  type AwsReply,
  type AwsRequest,
} from "../../fakes/aws/service.ts";
import { parseAuthorization } from "../../fakes/aws/sigv4.ts";
import { freePort } from "./free-port.ts";

export interface EcrPublic {
  /** For AWS_ENDPOINT_URL_ECR_PUBLIC. */
  readonly url: string;
  /** What it minted so far, oldest first. */
  readonly tokens: readonly MintedPublicToken[];
  /** How often it was asked for a token, whatever came of it. */
  requests(): number;
  /** Of those that it mints from now on; 12 hours at first. */
  setTokenLifetime(lifetimeMs: number): void;
  /** From now on it refuses everybody, as AWS does when the role lacks the right. */
  deny(): void;
  /** Ends that. */
  allow(): void;
  close(): Promise<void>;
}

const twelveHoursMs = 12 * 3_600_000;

/** @param now the clock of whoever asks, where it isn't the real one */
export async function startEcrPublic(now: () => Date = () => new Date()): Promise<EcrPublic> {
  const tokens: MintedPublicToken[] = [];
  let tokenLifetimeMs = twelveHoursMs;
  let isDenied = false;
  let requests = 0;
  const service = createEcrPublic({
    now,
    tokenLifetimeMs: () => tokenLifetimeMs,
    onMint: (token) => tokens.push(token),
  });

  async function answer(request: AwsRequest): Promise<AwsReply> {
    requests += 1;
    try {
      const call = callIn(request);
      const action = service.actionOf(request) ?? "?";
      const perform = service.actions[action];
      if (perform === undefined)
        throw new AwsFailure("unknown-action", `no such action: ${action}`);
      if (isDenied) throw denial(call);
      return await perform(call);
    } catch (error) {
      if (error instanceof AwsFailure) return service.failure(error);
      throw error;
    }
  }

  const server = createServer((message, response) => {
    readRequest(message)
      .then(answer)
      .then(({ status, contentType, body }) =>
        response.writeHead(status, { "content-type": contentType }).end(body),
      )
      .catch(() => response.destroy());
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${port}`,
    tokens,
    requests: () => requests,
    setTokenLifetime: (lifetimeMs) => {
      tokenLifetimeMs = lifetimeMs;
    },
    deny: () => {
      isDenied = true;
    },
    allow: () => {
      isDenied = false;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readRequest(message: IncomingMessage): Promise<AwsRequest> {
  const { method = "", url = "", headers } = message;
  return { method, url, headers, body: await text(message) };
}

const account = "000000000000";

/** @throws AwsFailure for a request that isn't signed for this service */
function callIn(request: AwsRequest): ActionCall {
  const scope = parseAuthorization(String(request.headers["authorization"]));
  if (scope?.service !== "ecr-public") {
    throw new AwsFailure("unsigned", "Missing Authentication Token");
  }
  const { accessKeyId, region } = scope;
  const identity = {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${accessKeyId}/e2e`,
    userId: accessKeyId,
    accessKeyId,
    secretAccessKey: "",
    roleArn: undefined,
    sessionToken: undefined,
    expiresAt: undefined,
  };
  return { identity, region, request };
}

function denial({ identity }: ActionCall): AwsFailure {
  const action = "ecr-public:GetAuthorizationToken";
  return new AwsFailure(
    "denied",
    `User: ${identity.arn} is not authorized to perform: ${action} on resource: *`,
  );
}
