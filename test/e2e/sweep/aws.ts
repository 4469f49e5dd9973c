/**
 * The AWS emulator as these scenarios need it. Its ECR always answers with the same token, so a
 * listener in front of it numbers them, moves their expiry with the clock, and lets regions fail.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { type AwsEmulator, startAwsEmulator } from "../parts/aws-emulator.ts";
import { freePort } from "../parts/free-port.ts";
import type { Clock } from "./clock.ts";

export interface MintedToken {
  readonly region: string;
  readonly password: string;
  /** As it says itself; the registries of these scenarios take the newest only. */
  readonly expiresAt: Date;
}

export interface Aws extends AsyncDisposable {
  readonly account: string;
  /** For AWS clients: endpoint, region and a key. */
  readonly env: Readonly<Record<string, string>>;
  /** What ECR minted so far, oldest first. */
  readonly tokens: readonly MintedToken[];
  readonly ecrPublic: AwsEmulator["ecrPublic"];
  /** How often ECR was asked for a token so far, whatever came of it. */
  tokenRequests(): number;
  /** ECR in these regions hangs up on every request; none: all of them answer again. */
  breakRegions(...regions: readonly string[]): void;
  stop(): Promise<void>;
}

export async function startAws(clock: Clock): Promise<Aws> {
  await using cleanup = new AsyncDisposableStack();
  const emulator = await startAwsEmulator({ now: clock.now });
  cleanup.defer(() => emulator.stop());
  const tokens: MintedToken[] = [];
  let broken: readonly string[] = [];
  let tokenRequests = 0;
  const server = createServer((request, response) => {
    const { service, region } = scopeOf(request);
    const isEcr = service === "ecr";
    tokenRequests += isEcr ? 1 : 0;
    if (isEcr && broken.includes(region)) {
      request.socket.destroy();
      return;
    }
    const change = (body: string) => (isEcr ? numberToken(body, { region, tokens, clock }) : body);
    forward(emulator, { request, response, change }).catch(() => response.destroy());
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  cleanup.defer(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });

  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  return {
    account: emulator.account,
    env: { ...emulator.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
    tokens,
    ecrPublic: emulator.ecrPublic,
    tokenRequests: () => tokenRequests,
    breakRegions: (...regions) => {
      broken = regions;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A request is signed for a service in a region. */
function scopeOf({ headers }: IncomingMessage): { service: string; region: string } {
  const [, scope = ""] = /Credential=([^,\s]+)/.exec(headers.authorization ?? "") ?? [];
  const [, , region = "", service = ""] = scope.split("/");
  return { service, region };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly change: (body: string) => string;
}

async function forward(emulator: AwsEmulator, { request, response, change }: Exchange) {
  const body = await buffer(request);
  const passed = ["authorization", "content-type", "x-amz-target", "x-amz-date"] as const;
  const headers = passed.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? [[name, value] as [string, string]] : [];
  });
  const init = { method: request.method ?? "POST", headers, body };
  const answer = await fetch(new URL(request.url ?? "/", emulator.endpoint), init);
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "application/octet-stream";
  response.writeHead(answer.status, { "content-type": type }).end(change(text));
}

const tokenAnswer = z.object({
  authorizationData: z.tuple([
    z.looseObject({ authorizationToken: z.base64(), expiresAt: z.number() }),
  ]),
});

function numberToken(
  body: string,
  to: { readonly region: string; readonly tokens: MintedToken[]; readonly clock: Clock },
): string {
  const [data] = tokenAnswer.parse(JSON.parse(body)).authorizationData;
  const login = Buffer.from(data.authorizationToken, "base64").toString();
  const password = `${login.replace(/^AWS:/, "")}-${to.region}-${to.tokens.length}`;
  const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
  const expiresAt = data.expiresAt + Math.floor(to.clock.offsetMs() / 1000);
  to.tokens.push({ region: to.region, password, expiresAt: new Date(expiresAt * 1_000) });
  return JSON.stringify({ authorizationData: [{ ...data, authorizationToken, expiresAt }] });
}
