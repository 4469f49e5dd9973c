/** A TCP proxy on loopback that adds a round trip, and counts. TLS passes through it untouched. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createDelayLine, type DelayLine } from "./delay-line.ts";

export interface ProxyCounters {
  /** Connections accepted so far. */
  accepted: number;
  open: number;
  bytesUp: number;
  bytesDown: number;
}

export interface DelayProxy {
  readonly port: number;
  readonly counters: Readonly<ProxyCounters>;
  /** Ends the connections that are open. */
  hangUp(): void;
  close(): void;
}

export async function startDelayProxy(
  targetPort: number,
  roundTripMs: number,
): Promise<DelayProxy> {
  const counters: ProxyCounters = { accepted: 0, open: 0, bytesUp: 0, bytesDown: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    // Bytes of the client's first round trip are held until its handshake would have been over.
    const up = { oneWayMs: roundTripMs / 2, opensAtMs: performance.now() + roundTripMs };
    const down = { oneWayMs: roundTripMs / 2, opensAtMs: 0 };
    counters.accepted += 1;
    counters.open += 1;
    const lines = [
      pass(client, target, up, (bytes) => {
        counters.bytesUp += bytes;
      }),
      pass(target, client, down, (bytes) => {
        counters.bytesDown += bytes;
      }),
    ];
    sockets.add(client).add(target);
    client.once("close", () => {
      counters.open -= 1;
    });
    endTogether([client, target], lines, sockets);
  });
  // Stock clients open hundreds of connections at once: none may be dropped for a full backlog.
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = () => {
    server.close();
    hangUp();
  };
  return { port, counters, hangUp, close };
}

type Direction = Parameters<typeof createDelayLine>[0];

/** @returns undefined where there is no delay: then chunks go straight through */
function pass(
  from: Socket,
  to: Socket,
  direction: Direction,
  count: (bytes: number) => void,
): DelayLine<Buffer | null> | undefined {
  const write = (chunk: Buffer | null) => {
    if (chunk === null) to.end();
    else if (to.writable) to.write(chunk);
  };
  const line = direction.oneWayMs > 0 ? createDelayLine(direction, write) : undefined;
  const send = line?.push ?? write;
  from.on("data", (chunk) => {
    count(chunk.length);
    send(chunk);
  });
  from.on("end", () => send(null));
  return line;
}

/** A reset isn't delayed: nobody here waits for one. */
function endTogether(
  pair: readonly [Socket, Socket],
  lines: readonly (DelayLine<Buffer | null> | undefined)[],
  sockets: Set<Socket>,
): void {
  for (const socket of pair) {
    socket.on("error", () => {
      for (const line of lines) line?.clear();
      for (const each of pair) each.destroy();
    });
    socket.once("close", () => sockets.delete(socket));
  }
}
