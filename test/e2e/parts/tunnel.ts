import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { freePort } from "./free-port.ts";

export interface Tunnel {
  /** For HTTPS_PROXY. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * An HTTP proxy that leads connections to these hosts to a local port, whatever their DNS name
 * says, and refuses all others: a client can use real registry names, and reaches nothing else.
 */
export async function startTunnel(hosts: readonly string[], port: number): Promise<Tunnel> {
  const proxyPort = await freePort();
  const open = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "" }, client: Socket) => {
    if (!hosts.includes(url.split(":")[0] ?? "")) {
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const target = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(target).pipe(client);
    });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => open.delete(socket));
    }
  });
  server.listen(proxyPort, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${proxyPort}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
