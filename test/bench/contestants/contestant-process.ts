/** A contestant in a process of its own: nobody's memory, garbage or modules weigh on another. */
import { serveParent } from "../child-service.ts";
import { type Contestant, type ContestantName, runRequest } from "./contestant.ts";
import { measureProcess } from "./measure-process.ts";

const load: Readonly<Record<ContestantName, () => Promise<Contestant>>> = {
  sweep: async () => (await import("./our-sweep.ts")).runSweep,
  idle: async () => (await import("./our-sweep.ts")).runIdleSweep,
  bare: async () => (await import("./bare-undici.ts")).runBare,
  stock: async () => (await import("./stock-client.ts")).runStock,
  "stock-serial": async () => (await import("./stock-client.ts")).runStockSerially,
};

serveParent(async (question) => {
  const request = runRequest.parse(question);
  return await measureProcess(await load[request.contestant](), request);
});
