/**
 * Registries behind one real TLS listener: each answers under names of its own, as ECR, as ECR Public,
 * or as Docker Hub and GHCR do, which send a client to a service of theirs for a token.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExchangeOptions } from "../../../src/registries/exchange.ts";
import { createCertificateAuthority } from "../certificates.ts";
import { bearerRegistry } from "./bearer.ts";
import { ecrRegistry } from "./ecr.ts";
import type { Registry, RegistryReply, RegistryRequest } from "./registry.ts";

export interface LoggedRequest extends RegistryRequest {
  readonly host: string;
  readonly status: number;
}

export type FakeRegistries = Awaited<ReturnType<typeof startRegistries>>;

/** @param hosts that its certificate is for: all that registries are added under */
export async function startRegistries(hosts: readonly string[]) {
  const authority = await createCertificateAuthority("registries");
  const registries = new Map<string, Registry>();
  const requests: LoggedRequest[] = [];
  const server = createServer(await authority.issueServer(hosts), (message, response) => {
    const host = message.headers.host ?? "";
    const request = readRequest(message);
    const reply = registries.get(host)?.(request) ?? notFound;
    requests.push({ ...request, host, status: reply.status });
    send(reply, message, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const exchanges: ExchangeOptions = {
    ca: authority.cert,
    // The names of others lead to nobody: this machine may not know them, or know them too well.
    locate: (host) =>
      hosts.includes(host) ? { host: "127.0.0.1", port } : { host: "nobody.invalid", port: 443 },
  };
  return {
    exchanges,
    port,
    requests,
    /** Anything else that may answer under a name. */
    add: (host: string, registry: Registry) => registries.set(host, registry),
    addEcr(host: string) {
      const { registry, ...ecr } = ecrRegistry(host);
      registries.set(host, registry);
      return ecr;
    },
    /** @param authHost where it gives its tokens */
    addBearer(host: string, authHost: string, style: "hub" | "ghcr" | "ecr-public") {
      const { registry, tokens, ...bearer } = bearerRegistry(host, authHost, style);
      registries.set(host, registry);
      // ECR Public gives them itself.
      if (authHost !== host) registries.set(authHost, tokens);
      return bearer;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function readRequest({ method = "", url = "", headers }: IncomingMessage): RegistryRequest {
  const { pathname, searchParams } = new URL(url, "https://registry");
  const { accept = "", authorization } = headers;
  return { method, path: pathname, query: searchParams, accept, authorization };
}

function send(reply: RegistryReply, message: IncomingMessage, response: ServerResponse): void {
  if (reply.silent) return;
  const { status, headers, body = "", isEndless } = reply;
  if (isEndless) {
    response.writeHead(status, headers);
    // Its source is destroyed with the connection that it goes to.
    pipeline(Readable.from(endlessly(body)), response).catch(() => {});
    return;
  }
  response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
  response.end(message.method === "HEAD" ? undefined : body);
}

function* endlessly(body: string) {
  while (true) yield body;
}

const notFound: RegistryReply = { status: 404, body: "404 page not found" };
