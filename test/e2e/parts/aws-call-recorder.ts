import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
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
export type AnswerChanges = Readonly<Record<string, (body: string) => string>>;

export interface AwsCallRecorder {
  readonly url: string;
  /** All so far, oldest first. */
  calls(): readonly AwsCall[];
  close(): Promise<void>;
}

/** Forwards every request to the endpoint as it is, and notes what it asks for. */
export async function startAwsCallRecorder(
  endpoint: string,
  changes: AnswerChanges = {},
): Promise<AwsCallRecorder> {
  const calls: AwsCall[] = [];
  const server = createServer((incoming, response) => {
    forward(endpoint, incoming, response, (call) => {
      calls.push(call);
      return changes[call.action];
    }).catch(() => response.destroy());
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => [...calls],
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
  record: (call: AwsCall) => AnswerChanges[string] | undefined,
): Promise<void> {
  const body = await buffer(incoming);
  const change = record(describeCall(incoming, body));
  const { method, headers, url = "/" } = incoming;
  const outgoing = request(new URL(url, endpoint), { method, headers });
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
