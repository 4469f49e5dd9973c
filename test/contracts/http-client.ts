/** A bare HTTP client for the contract suites: no retries, no opinions, every answer as it came. */
import { Agent, request } from "undici";

export interface HttpOptions {
  /** Objects are sent as JSON. */
  readonly body?: object | string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The parsed body; undefined: not JSON. */
  readonly json: unknown;
  /** A value in the body by its path; undefined if there is none. */
  at(...path: readonly (string | number)[]): unknown;
}

export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface HttpClient {
  send(method: string, path: string, options?: HttpOptions): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** `ca` undefined: the server's certificate isn't checked. `token` undefined: none is sent. */
export function createHttpClient(
  url: string,
  ca: string | undefined,
  token: string | undefined,
  certificate?: ClientCertificate,
): HttpClient {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const agent = new Agent({ allowH2: true, connect: { ...trust, ...certificate } });
  return {
    send: async (method, path, options = {}) => {
      const { body } = options;
      const answer = await request(`${url}${path}`, {
        method,
        dispatcher: agent,
        headers: {
          "user-agent": "contract/1.0",
          accept: options.accept ?? "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined
            ? {}
            : { "content-type": options.contentType ?? "application/json" }),
          ...options.headers,
        },
        body: typeof body === "object" ? JSON.stringify(body) : (body ?? null),
      });
      const bytes = Buffer.from(await answer.body.arrayBuffer());
      return toAnswer(answer.statusCode, answer.headers, bytes);
    },
    close: () => agent.close(),
  };
}

function toAnswer(status: number, headers: HttpAnswer["headers"], bytes: Buffer): HttpAnswer {
  const text = bytes.toString();
  const json = parseOrUndefined(text);
  return {
    status,
    headers,
    bytes,
    text,
    json,
    at: (...path) =>
      path.reduce<unknown>(
        (value, key) =>
          typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
        json,
      ),
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
