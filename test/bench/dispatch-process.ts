/** The dispatch function in a process of its own, which does nothing else. */
import { readFunctionSettings } from "../../src/settings.ts";
import { wireDispatch } from "../../src/wiring/dispatch.ts";
import { serveParent } from "./child-service.ts";
import { peakRssBytes } from "./contestants/measure-process.ts";

const handler = wireDispatch(readFunctionSettings());
const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 120_000 };

serveParent(async (event) => {
  const startRssBytes = peakRssBytes();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const { clusters } = await handler(event, context);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    clusters,
    totalMs: performance.now() - startMs,
    cpuMs: (user + system) / 1_000,
    startRssBytes,
    peakBytes: peakRssBytes(),
  };
});
