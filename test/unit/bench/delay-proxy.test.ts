import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { arrivalMs } from "../../bench/delay/delay-line.ts";
import { type DelayProxy, startDelayProxy } from "../../bench/delay/delay-proxy.ts";

describe("arrival", () => {
  test.each([
    ["later by half a round trip", 1_000, { oneWayMs: 50, opensAtMs: 0 }, 1_050],
    ["after the handshake's round trip", 1_000, { oneWayMs: 50, opensAtMs: 1_100 }, 1_150],
    ["unchanged where nothing is added", 1_000, { oneWayMs: 0, opensAtMs: 1_000 }, 1_000],
  ])("is %s", (_, sentAtMs, times, expected) => {
    expect(arrivalMs(sentAtMs, times)).toBe(expected);
  });
});

describe("a proxy that adds a round trip", () => {
  const roundTripMs = 60;
  const running: { close(): void }[] = [];
  afterEach(() => {
    for (const each of running.splice(0)) each.close();
  });

  async function echoThrough(addedMs: number): Promise<DelayProxy> {
    const echo: Server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(echo, "listening");
    const proxy = await startDelayProxy((echo.address() as AddressInfo).port, addedMs);
    running.push(proxy, echo);
    return proxy;
  }

  test("costs two round trips until the first answer: one to connect, one to ask", async () => {
    const { port } = await echoThrough(roundTripMs);
    const startedAtMs = performance.now();
    const socket = connect(port, "127.0.0.1");
    socket.write("first");
    await once(socket, "data");
    const firstMs = performance.now() - startedAtMs;

    const laterMs: number[] = [];
    for (const _ of [1, 2, 3]) {
      const askedAtMs = performance.now();
      socket.write("again");
      await once(socket, "data");
      laterMs.push(performance.now() - askedAtMs);
    }
    socket.destroy();

    // A timer may be half a millisecond early; on a busy machine, the fastest of some tells.
    const secondMs = Math.min(...laterMs);
    expect(firstMs).toBeGreaterThanOrEqual(2 * roundTripMs - 2);
    expect(secondMs).toBeGreaterThanOrEqual(roundTripMs - 2);
    expect(secondMs).toBeLessThan(2 * roundTripMs);
  });

  test("keeps every byte in its order, and the end after the last", async () => {
    const { port, counters } = await echoThrough(roundTripMs);
    const sent = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251));
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (let at = 0; at < sent.length; at += 10_000) socket.write(sent.subarray(at, at + 10_000));
    socket.end();
    const received: Buffer[] = [];
    for await (const chunk of socket) received.push(chunk);

    expect(Buffer.concat(received).equals(sent)).toBe(true);
    expect(counters).toMatchObject({ accepted: 1, bytesUp: 400_000, bytesDown: 400_000 });
  });

  test("limits no bandwidth: much takes as long as little", async () => {
    const { port } = await echoThrough(roundTripMs);
    const socket = connect(port, "127.0.0.1");
    const startedAtMs = performance.now();
    let received = 0;
    socket.write(Buffer.alloc(4_000_000));
    for await (const chunk of socket) {
      received += chunk.length;
      if (received === 4_000_000) break;
    }
    // At one window of 64 KiB per round trip it would be 60 times as long.
    expect(performance.now() - startedAtMs).toBeLessThan(10 * roundTripMs);
  });

  test("counts connections, and hangs up on those that are left", async () => {
    const { port, counters, hangUp } = await echoThrough(0);
    const sockets = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.write("x");
      await once(socket, "data");
    }
    expect(counters).toMatchObject({ accepted: 2, open: 2 });

    const closed = sockets.map((socket) => once(socket, "close"));
    hangUp();
    await Promise.all(closed);
    expect(counters).toMatchObject({ accepted: 2, open: 0 });
  });
});
