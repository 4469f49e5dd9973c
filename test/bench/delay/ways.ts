/** The ways to the API server: one per round trip that is added. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startService } from "../child-service.ts";

export interface Way {
  readonly roundTripMs: number;
  readonly url: string;
  /** What passed it while the work was done. */
  countDuring<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly traffic: Traffic }>;
}

export interface Traffic {
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface Ways extends AsyncDisposable {
  readonly list: readonly Way[];
}

const counters = z.object({
  accepted: z.number(),
  open: z.number(),
  bytesUp: z.number(),
  bytesDown: z.number(),
});

export async function openWays(serverUrl: string, roundTripsMs: readonly number[]): Promise<Ways> {
  const service = startService(new URL("./proxy-process.ts", import.meta.url));
  const startTo = Number(new URL(serverUrl).port);
  const list: Way[] = [];
  for (const roundTripMs of roundTripsMs) {
    const port = await service.ask({ startTo, roundTripMs }, z.number());
    const proxy: Proxy = {
      count: () => service.ask({ countersOf: port }, counters),
      hangUp: () => service.ask({ hangUp: port }, z.undefined()),
    };
    list.push({
      roundTripMs,
      url: `https://127.0.0.1:${port}`,
      countDuring: (work) => countDuring(work, proxy),
    });
  }
  return { list, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

interface Proxy {
  count(): Promise<z.output<typeof counters>>;
  hangUp(): Promise<void>;
}

async function countDuring<T>(
  work: () => Promise<T>,
  proxy: Proxy,
): Promise<{ result: T; traffic: Traffic }> {
  const before = await proxy.count();
  const result = await work();
  const after = await proxy.count();
  await settle(proxy);
  const traffic = {
    connections: after.accepted - before.accepted,
    bytesUp: after.bytesUp - before.bytesUp,
    bytesDown: after.bytesDown - before.bytesDown,
  };
  return { result, traffic };
}

/**
 * Stock clients leave hundreds of idle connections, which they close seconds later: that costs
 * everybody time, and the next contestant must not pay for it.
 */
async function settle(proxy: Proxy): Promise<void> {
  const giveUpAtMs = performance.now() + 30_000;
  await proxy.hangUp();
  do {
    if (performance.now() > giveUpAtMs) throw new Error("connections stayed open for 30 s");
    await sleep(250);
  } while ((await proxy.count()).open > 0);
}
