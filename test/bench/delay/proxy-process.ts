/** The proxy in a process of its own: its work must not take time from who is measured. */
import { z } from "zod";
import { serveParent } from "../child-service.ts";
import { type DelayProxy, startDelayProxy } from "./delay-proxy.ts";

const question = z.union([
  z.object({ startTo: z.number(), roundTripMs: z.number() }),
  z.object({ countersOf: z.number() }),
  z.object({ hangUp: z.number() }),
]);

const proxies = new Map<number, DelayProxy>();

serveParent(async (message) => {
  const asked = question.parse(message);
  if ("countersOf" in asked) return proxies.get(asked.countersOf)?.counters;
  if ("hangUp" in asked) return proxies.get(asked.hangUp)?.hangUp();
  const proxy = await startDelayProxy(asked.startTo, asked.roundTripMs);
  proxies.set(proxy.port, proxy);
  return proxy.port;
});
