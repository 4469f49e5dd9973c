/**
 * One HTTPS request to a registry or to its token service, with Node's own client: it follows no
 * redirect, and the functions have it loaded already.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request } from "node:https";
import { isIP } from "node:net";
import type { SecretValue } from "../secret-value.ts";
import { connectionError, noHttp, RegistryError, tooLate } from "./registry-error.ts";

export interface Exchange {
  readonly method: "HEAD" | "GET";
  /** `https:` only. */
  readonly url: URL;
  readonly accept: string;
  /** `Basic …` or `Bearer …`; undefined: nobody. */
  readonly authorization?: SecretValue | undefined;
  readonly abort: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much of it as may be looked at. */
  readonly body: string;
}

export interface ExchangeOptions {
  /** From the name's lookup to the answer's last byte. */
  readonly timeoutMs?: number;
  /** PEM; undefined: the roots that this Node trusts. */
  readonly ca?: string | undefined;
  /** Where a host is in fact; tests lead names that aren't theirs to listeners of their own. */
  readonly locate?: ((host: string, port: number) => Location) | undefined;
}

export interface Location {
  readonly host: string;
  readonly port: number;
}

/** @throws RegistryError */
export type Exchanges = (exchange: Exchange) => Promise<Reply>;

const defaultTimeoutMs = 10_000;
/** A token of Docker Hub's has some kB; what explains a refusal, less. */
const maxBodyBytes = 64 * 1024;
const maxHeaderBytes = 32 * 1024;

export function createExchanges(options: ExchangeOptions = {}): Exchanges {
  const { timeoutMs = defaultTimeoutMs } = options;
  return async (exchange) => {
    const { url, abort } = exchange;
    if (url.protocol !== "https:") {
      throw new RegistryError(`${url.host} would have to be asked without TLS`);
    }
    const overdue = AbortSignal.timeout(timeoutMs);
    try {
      return await send(exchange, options, AbortSignal.any([abort, overdue]));
    } catch (error) {
      if (abort.aborted) throw new RegistryError(`no time was left for ${url.host} to answer`);
      throw overdue.aborted ? tooLate(url.host, timeoutMs) : connectionError(error, url.host);
    }
  };
}

async function send(
  exchange: Exchange,
  { ca, locate }: ExchangeOptions,
  signal: AbortSignal,
): Promise<Reply> {
  const { method, url } = exchange;
  const port = url.port === "" ? 443 : Number(url.port);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asking = request({
    method,
    path: url.pathname + url.search,
    ...(locate?.(url.hostname, port) ?? { host: url.hostname, port }),
    // An IP address is no server name (RFC 6066); the certificate is checked for it all the same.
    servername: isIP(url.hostname) === 0 ? url.hostname : "",
    headers: headersOf(exchange),
    // A connection of its own: none is left behind that a frozen function would find dead.
    agent: false,
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing.
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    maxHeaderSize: maxHeaderBytes,
    ...(ca !== undefined && { ca }),
    signal,
  });
  asking.once("response", resolve).once("error", reject);
  // Node hands the connection over then, and no signal and no error would end the wait.
  asking.once("upgrade", (_, socket) => {
    socket.destroy();
    reject(noHttp(url.host, "101"));
  });
  asking.end();
  const response = await promise;
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: await readStart(response) };
}

function headersOf({ url, accept, authorization }: Exchange): Record<string, string> {
  return {
    host: url.host,
    accept,
    "user-agent": "ecr-pull-secrets",
    ...(authorization && { authorization: authorization.reveal() }),
  };
}

/** Of an answer that goes on and on, what is over the limit is never asked for. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBodyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString("utf8");
}
