import { once } from "node:events";
import { createServer } from "node:net";

const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on, and that this process gave to nobody else. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP port was assigned");
  if (given.has(address.port)) return await freePort();
  given.add(address.port);
  return address.port;
}
