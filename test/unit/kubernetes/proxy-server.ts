/** A forward proxy that opens tunnels with CONNECT, or refuses as a test tells it. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { KeyPair } from "../../fakes/certificates.ts";
import { onCleanup } from "./api-server.ts";

export interface ProxyServer {
  readonly url: URL;
  /** `host:port` of each CONNECT. */
  readonly asked: string[];
  /** Value of `Proxy-Authorization` of each CONNECT. */
  readonly authorizations: (string | undefined)[];
}

export interface ProxyOptions {
  /** With it, the proxy speaks TLS itself. */
  readonly tls?: KeyPair;
  /** The value of `Proxy-Authorization` that it wants. */
  readonly authorization?: string;
  /** Answers each CONNECT with this instead of a tunnel. */
  readonly refuse?: string;
}

export async function startProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const server: Server = options.tls ? createHttpsServer(options.tls) : createServer();
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    client.on("error", () => {});
    onCleanup(() => client.destroy());
    asked.push(request.url ?? "");
    const authorization = request.headers["proxy-authorization"];
    authorizations.push(authorization);
    const wanted = options.authorization;
    if (options.refuse !== undefined) {
      client.end(`HTTP/1.1 ${options.refuse}\r\n\r\n`);
    } else if (wanted !== undefined && authorization !== wanted) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    } else {
      tunnel(client, new URL(`tcp://${request.url}`));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onCleanup(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${options.tls ? "https" : "http"}://127.0.0.1:${port}`),
    asked,
    authorizations,
  };
}

function tunnel(client: Socket, target: URL): void {
  const upstream = connect(Number(target.port), target.hostname);
  upstream.on("error", () => client.destroy());
  upstream.once("connect", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    client.pipe(upstream).pipe(client);
  });
  client.once("close", () => upstream.destroy());
}
