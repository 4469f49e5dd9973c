/** What a fault does to a connection. */
import { constants } from "node:http2";
import type { Writable } from "node:stream";
import type { FaultAction } from "./faults.ts";
import type { Incoming, Outgoing, Sockets } from "./sockets.ts";
import { statusBody } from "./status.ts";

export interface Exchange {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly sockets: Sockets;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What remains to be done: answer properly, carry the request out without a proper answer, or nothing. */
export type AfterFault = "answer" | "spoil" | "done";

const endlessChunkBytes = 64 * 1024;

export async function strike(action: FaultAction, exchange: Exchange): Promise<AfterFault> {
  switch (action.type) {
    case "delay":
      await new Promise((resolve) => setTimeout(resolve, action.ms));
      return "answer";
    case "hang":
      return "done";
    case "reset":
      exchange.sockets.reset(exchange.incoming);
      return "done";
    case "refuse-stream":
      refuse(exchange);
      return "done";
    case "endless":
      sendEndless(exchange.outgoing);
      return "done";
    case "goaway":
      return goAway(action.inFlight, exchange);
    case "status":
      send(exchange.outgoing, statusReply(action));
      return "done";
    case "answer":
      send(exchange.outgoing, {
        status: action.code ?? 200,
        headers: { "content-type": "text/plain", ...action.headers },
        body: Buffer.from(action.body),
      });
      return "done";
    default:
      return "spoil";
  }
}

/** Answers in a way that `reset-after`, `cut` and `truncate` want it. */
export function spoil(action: FaultAction, exchange: Exchange, reply: Reply): void {
  const half = reply.body.subarray(0, Math.floor(reply.body.length / 2));
  if (action.type === "truncate") {
    const headers = { ...reply.headers, "content-length": String(half.length) };
    send(exchange.outgoing, { ...reply, headers, body: half });
    return;
  }
  if (action.type === "cut") {
    writeHead(exchange.outgoing, reply.status, reply.headers);
    const body: Writable = exchange.outgoing;
    body.write(half, () => {
      setTimeout(() => exchange.sockets.reset(exchange.incoming), 20);
    });
    return;
  }
  exchange.sockets.reset(exchange.incoming);
}

export function send(outgoing: Outgoing, reply: Reply): void {
  if (outgoing.writableEnded || outgoing.destroyed) {
    return;
  }
  writeHead(outgoing, reply.status, reply.headers);
  outgoing.end(reply.body);
}

function writeHead(
  outgoing: Outgoing,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  outgoing.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    outgoing.setHeader(name, value);
  }
}

function statusReply(action: Extract<FaultAction, { type: "status" }>): Reply {
  const { code, retryAfterSeconds } = action;
  const body = statusBody(code, action.message ?? `scripted fault ${code}`, {
    ...(action.reason === undefined ? {} : { reason: action.reason }),
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  });
  return {
    status: code,
    headers: {
      "content-type": "application/json",
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function refuse({ incoming, sockets }: Exchange): void {
  if ("stream" in incoming) {
    incoming.stream.close(constants.NGHTTP2_REFUSED_STREAM);
  } else {
    sockets.reset(incoming);
  }
}

function goAway(inFlight: "finish" | "lose", exchange: Exchange): AfterFault {
  const { incoming, sockets } = exchange;
  const session = "stream" in incoming ? incoming.stream.session : undefined;
  if (session === undefined || !("stream" in incoming)) {
    exchange.outgoing.setHeader("connection", "close");
    return "answer";
  }
  if (inFlight === "finish") {
    session.close();
    return "answer";
  }
  const id = incoming.stream.id ?? 1;
  if (id > 1) {
    // Says that neither this stream nor a later one was looked at.
    session.goaway(constants.NGHTTP2_NO_ERROR, id - 2);
  } else {
    session.goaway();
    refuse(exchange);
  }
  setTimeout(() => sockets.reset(incoming), 20);
  return "done";
}

function sendEndless(outgoing: Outgoing): void {
  writeHead(outgoing, 200, { "content-type": "application/json" });
  const body: Writable = outgoing;
  body.write('{"kind":"SecretList","apiVersion":"v1","metadata":{},"items":[');
  const items = Buffer.alloc(endlessChunkBytes, '{"metadata":{"name":"x","namespace":"y"}},');
  const timer = setInterval(() => {
    if (body.destroyed || body.writableEnded) {
      clearInterval(timer);
    } else if (!body.writableNeedDrain) {
      body.write(items);
    }
  }, 50);
  body.on("close", () => clearInterval(timer));
}
