/** One request from its first byte to its last: body, user, fault, answer, log. */
import { TLSSocket } from "node:tls";
import type { ApiBackend } from "./api-call.ts";
import type { Authenticator } from "./auth.ts";
import { type Exchange, type Reply, send, spoil, strike } from "./fault-actions.ts";
import type { FaultAction, Faults } from "./faults.ts";
import { handle } from "./handler.ts";
import { encodeBody } from "./representation.ts";
import { parseRequest } from "./routes.ts";
import type { User } from "./rules.ts";
import type { Incoming, Outgoing, Sockets } from "./sockets.ts";
import { ApiError, Surprise, tooLarge } from "./status.ts";

const bodyLimitBytes = 3 * 1024 * 1024;

export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What authorisation saw: `list`, `patch`, `create`, …; for other paths the method. */
  readonly verb: string;
  /** Undefined: not authenticated. */
  readonly user: string | undefined;
  readonly protocol: "h1" | "h2";
  readonly body: string;
  /** Undefined: never answered, because of a fault. */
  readonly status: number | undefined;
}

export interface RequestLog {
  readonly records: RequestRecord[];
  readonly surprises: string[];
  inFlight: number;
  peakInFlight: number;
}

export interface ServerParts {
  readonly backend: ApiBackend;
  readonly authenticator: Authenticator;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly sockets: () => Sockets;
}

type Draft = { -readonly [Key in keyof RequestRecord]: RequestRecord[Key] };

export function createRequestListener(parts: ServerParts) {
  return (incoming: Incoming, outgoing: Outgoing): void => {
    const { log } = parts;
    log.inFlight += 1;
    log.peakInFlight = Math.max(log.peakInFlight, log.inFlight);
    outgoing.on("close", () => {
      log.inFlight -= 1;
    });
    outgoing.on("error", () => undefined);
    outgoing.setHeader("date", parts.backend.cluster.now().toUTCString());
    serve(parts, incoming, outgoing).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.surprises.push(message);
      send(outgoing, errorReply(new Surprise(message)));
    });
  };
}

async function serve(parts: ServerParts, incoming: Incoming, outgoing: Outgoing): Promise<void> {
  const { log, faults } = parts;
  const url = new URL(incoming.url ?? "/", "https://fake");
  const method = incoming.method ?? "GET";
  const request = parseRequest(method, url);
  const record: Draft = {
    method,
    path: url.pathname,
    query: url.searchParams,
    verb: request.verb,
    user: undefined,
    protocol: incoming.httpVersionMajor === 2 ? "h2" : "h1",
    body: "",
    status: undefined,
  };
  log.records.push(record);
  const body = await readBody(incoming);
  if (body === undefined) {
    record.status = 413;
    send(outgoing, errorReply(tooLarge(bodyLimitBytes)));
    return;
  }
  const user = authenticated(parts.authenticator, incoming);
  record.body = body;
  record.user = user instanceof ApiError ? undefined : user.name;
  const action = faults.take({ method, path: url.pathname, user: record.user ?? "" });
  const exchange: Exchange = { incoming, outgoing, sockets: parts.sockets() };
  const after = action === undefined ? "answer" : await strike(action, exchange);
  if (after === "done" || outgoing.destroyed) {
    record.status = statusOf(action);
    return;
  }
  const reply =
    user instanceof ApiError
      ? errorReply(user)
      : answer(parts, { incoming, url, request, body, user });
  record.status = action?.type === "reset-after" ? undefined : reply.status;
  finish(after === "spoil" ? action : undefined, exchange, reply);
}

function finish(action: FaultAction | undefined, exchange: Exchange, reply: Reply): void {
  if (action === undefined) {
    send(exchange.outgoing, reply);
  } else {
    spoil(action, exchange, reply);
  }
}

function statusOf(action: FaultAction | undefined): number | undefined {
  if (action?.type === "status") {
    return action.code;
  }
  return action?.type === "answer" ? (action.code ?? 200) : undefined;
}

function authenticated(authenticator: Authenticator, incoming: Incoming): User | ApiError {
  try {
    return authenticator.authenticate(incoming.headers.authorization, tlsSocket(incoming));
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
}

function tlsSocket(incoming: Incoming): TLSSocket | undefined {
  const socket = "stream" in incoming ? incoming.stream.session?.socket : incoming.socket;
  return socket instanceof TLSSocket ? socket : undefined;
}

interface Admitted {
  readonly incoming: Incoming;
  readonly url: URL;
  readonly request: ReturnType<typeof parseRequest>;
  readonly body: string;
  readonly user: User;
}

function answer(parts: ServerParts, admitted: Admitted): Reply {
  const { headers } = admitted.incoming;
  try {
    const { status, body } = handle(parts.backend, {
      request: admitted.request,
      query: admitted.url.searchParams,
      accept: headers.accept,
      contentType: headers["content-type"],
      userAgent: headers["user-agent"] ?? "",
      body: admitted.body,
      user: admitted.user,
    });
    return typeof body === "string"
      ? reply(status, "text/plain; charset=utf-8", body)
      : reply(status, "application/json", `${JSON.stringify(body)}\n`, headers["accept-encoding"]);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    if (error instanceof Surprise) {
      parts.log.surprises.push(error.message);
    }
    return errorReply(error);
  } finally {
    parts.backend.afterRequest();
  }
}

function errorReply(error: ApiError): Reply {
  return reply(error.code, "application/json", `${JSON.stringify(error.body)}\n`);
}

function reply(
  status: number,
  contentType: string,
  text: string,
  acceptEncoding?: string | string[],
): Reply {
  const { bytes, headers } = encodeBody(text, String(acceptEncoding ?? ""));
  return {
    status,
    headers: { "content-type": contentType, "cache-control": "no-cache, private", ...headers },
    body: bytes,
  };
}

/** Undefined: longer than a real server takes. */
async function readBody(incoming: Incoming): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > bodyLimitBytes) {
      return undefined;
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}
