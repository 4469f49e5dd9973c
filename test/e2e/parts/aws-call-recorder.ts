import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

/** One request as it went over the wire, refused or not. */
export interface AwsCall {
  /** As it was signed for: `ecr`, `sts`. */
  readonly service: string;
  readonly region: string;
  /** `GetAuthorizationToken` */
  readonly action: string;
  readonly accessKeyId: string;
  /** Which secret it is about, for Secrets Manager. */
  readonly secretId: string | undefined;
}

/** By action: what becomes of a successful answer's body. */
export type AnswerChanges = Readonly<Record<string, (body: string, call: AwsCall) => string>>;

/** Calls that wait at the door: how somebody gets in between what others do. */
export interface HeldCalls {
  /** Waits until so many have come. */
  untilCame(count: number): Promise<void>;
  /** They go on, and whatever comes later goes by. */
  release(): void;
}

export interface AwsCallRecorder {
  readonly url: string;
  /** All so far, oldest first. */
  calls(): readonly AwsCall[];
  /** From now on, calls of this action wait. */
  hold(action: string): HeldCalls;
  close(): Promise<void>;
}

/** Longer than clients wait for an answer: whoever holds calls forgot them, or nobody calls. */
const heldMs = 30_000;

/** Forwards every request to the endpoint as it is, and notes what it asks for. */
export async function startAwsCallRecorder(
  endpoint: string,
  changes: AnswerChanges = {},
): Promise<AwsCallRecorder> {
  const calls: AwsCall[] = [];
  const holds = new Map<string, Promise<void>>();
  const server = createServer((incoming, response) => {
    forward(endpoint, incoming, response, async (call) => {
      calls.push(call);
      await holds.get(call.action);
      const change = changes[call.action];
      return change && ((body) => change(body, call));
    }).catch(() => response.destroy());
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => [...calls],
    hold: (action) => {
      const { promise, resolve: release } = Promise.withResolvers<void>();
      holds.set(action, promise);
      const countCalls = () => calls.filter((call) => call.action === action).length;
      const before = countCalls();
      return {
        untilCame: async (count) => {
          const deadline = Date.now() + heldMs;
          while (countCalls() < before + count) {
            if (Date.now() > deadline) throw new Error(`${action} wasn't called ${count} times`);
            await sleep(10);
          }
        },
        release,
      };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function forward(
  endpoint: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  record: (call: AwsCall) => Promise<((body: string) => string) | undefined>,
): Promise<void> {
  const body = await buffer(incoming);
  const change = await record(describeCall(incoming, body));
  const { method, headers, url = "/" } = incoming;
  // AWS is reached by TLS, and bucket policies ask for it.
  const forwarded = { ...headers, "x-forwarded-proto": "https" };
  const outgoing = request(new URL(url, endpoint), { method, headers: forwarded });
  outgoing.end(body);
  const [answer]: IncomingMessage[] = await once(outgoing, "response");
  if (answer === undefined) throw new Error("the emulator gave no answer");
  if (change && answer.statusCode === 200) {
    const { "content-type": type = "application/json" } = answer.headers;
    const changed = change((await buffer(answer)).toString());
    response.writeHead(200, { "content-type": type }).end(changed);
    return;
  }
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}

/** The scope of the signature names service and region; JSON services name the action in a header,
 * query services in the body. */
function describeCall(incoming: IncomingMessage, body: Buffer): AwsCall {
  const { authorization = "", "x-amz-target": target } = incoming.headers;
  const [, scope = ""] = /Credential=([^,\s]+)/.exec(authorization) ?? [];
  const [accessKeyId = "", , region = "", service = ""] = scope.split("/");
  const fromHeader = typeof target === "string" ? target.split(".").at(-1) : undefined;
  const action = fromHeader ?? new URLSearchParams(body.toString()).get("Action") ?? "";
  const [, secretId] = /"SecretId":"([^"]*)"/.exec(body.toString()) ?? [];
  return { service, region, action, accessKeyId, secretId };
}
