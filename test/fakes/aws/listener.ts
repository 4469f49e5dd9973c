/** One HTTP listener for all services, told apart by the scope that a request is signed for. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault, FaultScript } from "./faults.ts";
import type { Identities } from "./identities.ts";
import { jsonFailure } from "./protocols.ts";
import {
  type ActionCall,
  AwsFailure,
  type AwsReply,
  type AwsRequest,
  type AwsService,
} from "./service.ts";
import { parseAuthorization } from "./sigv4.ts";

export interface LoggedRequest {
  /** `ecr:GetAuthorizationToken`; `?` where the request doesn't say. */
  readonly action: string;
  readonly region: string;
  readonly accessKeyId: string;
  /** The ARN of the caller, once authenticated. */
  readonly principal: string | undefined;
  /** Undefined: it got no answer. */
  readonly status: number | undefined;
}

export interface ListenerOptions {
  readonly services: readonly AwsService[];
  readonly identities: Identities;
  readonly faults: FaultScript;
  /** Before each answer. */
  readonly latencyMs: number;
  readonly onRequest: (request: LoggedRequest) => void;
}

export async function listen(options: ListenerOptions) {
  const server = createServer((message, response) => {
    answer(message, response, options).catch((error: unknown) => response.destroy(asError(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
) {
  const { method = "", url = "", headers } = message;
  const request: AwsRequest = { method, url, headers, body: await text(message) };
  if (options.latencyMs > 0) {
    await delay(options.latencyMs);
  }
  const outcome = await decide(request, options);
  options.onRequest(outcome.logged);
  if (outcome.reply) {
    const { status, contentType, body, headers: more } = outcome.reply;
    const length = Buffer.byteLength(body);
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": length,
      "x-amzn-requestid": randomUUID(),
      ...more,
    });
    response.end(body);
  } else if (outcome.reset) {
    message.socket.resetAndDestroy();
  }
}

type Unanswered = Omit<LoggedRequest, "status">;

interface Outcome {
  readonly logged: LoggedRequest;
  readonly reply?: AwsReply;
  readonly reset?: boolean;
}

async function decide(request: AwsRequest, options: ListenerOptions): Promise<Outcome> {
  const scope = parseAuthorization(String(request.headers["authorization"]));
  const service = options.services.find(({ name }) => name === scope?.service);
  const { region = "?", accessKeyId = "?" } = scope ?? {};
  if (service === undefined) {
    // Without a usable scope nobody knows the service, and so the protocol.
    const failure = new AwsFailure("unsigned", "Missing Authentication Token");
    const reply = jsonFailure(failure);
    const logged = { action: "?", region, accessKeyId, principal: undefined };
    return { logged: { ...logged, status: reply.status }, reply };
  }
  const action = service.actionOf(request) ?? "?";
  const logged = { action: `${service.name}:${action}`, region, accessKeyId, principal: undefined };
  const fault = options.faults.take(logged.action, region);
  if (fault && isAnswer(fault)) {
    return outcomeOf(fault, service, logged);
  }
  if (fault?.kind === "meanwhile") {
    await fault.happen();
  }
  const outcome = await outcomeOfRequest(request, service, action, { options, logged });
  const isLost = fault?.kind === "lost-answer";
  return isLost ? { logged: { ...outcome.logged, status: undefined }, reset: true } : outcome;
}

async function outcomeOfRequest(
  request: AwsRequest,
  service: AwsService,
  action: string,
  { options, logged }: { readonly options: ListenerOptions; readonly logged: Unanswered },
): Promise<Outcome> {
  try {
    const identity = options.identities.authenticate(request);
    const call = { identity, region: logged.region, request };
    const perform = service.actions[action];
    if (perform === undefined) {
      throw new AwsFailure("unknown-action", `no such action here: ${logged.action}`);
    }
    authorize(service, action, call, options.identities);
    const reply = await perform(call);
    return { logged: { ...logged, principal: identity.arn, status: reply.status }, reply };
  } catch (error) {
    const reply = service.failure(asFailure(error));
    return { logged: { ...logged, status: reply.status }, reply };
  }
}

function authorize(
  service: AwsService,
  action: string,
  call: ActionCall,
  identities: Identities,
): void {
  const needed = service.permissionsOf?.(action, call) ?? [`${service.name}:${action}`];
  const resource = service.resourceOf(action, call);
  for (const permission of needed) {
    identities.authorize(call.identity, permission, resource);
  }
}

/** Those in place of what the service would do. */
type Answer = Exclude<Fault, { kind: "lost-answer" | "meanwhile" }>;

function isAnswer(fault: Fault): fault is Answer {
  return fault.kind !== "lost-answer" && fault.kind !== "meanwhile";
}

function outcomeOf(fault: Answer, service: AwsService, logged: Unanswered): Outcome {
  switch (fault.kind) {
    case "failure": {
      const reply = service.failure(fault.failure);
      return { logged: { ...logged, status: reply.status }, reply };
    }
    case "reply":
      return { logged: { ...logged, status: fault.reply.status }, reply: fault.reply };
    case "reset":
    case "hang":
      return { logged: { ...logged, status: undefined }, reset: fault.kind === "reset" };
  }
}

function asFailure(error: unknown): AwsFailure {
  if (error instanceof AwsFailure) {
    return error;
  }
  throw error;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
