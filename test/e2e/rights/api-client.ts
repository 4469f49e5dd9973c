/** Bare requests with one credential: an attacker has no client library's manners. */
import { Pool } from "undici";
import type { ControlPlane } from "../parts/control-plane.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Of the body; JSON by default. */
  readonly type?: "application/apply-patch+yaml" | "application/merge-patch+json";
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  /** Empty where the answer is a stream that goes on. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API server says
  readonly body: any;
}

export interface ApiClient extends AsyncDisposable {
  send(request: ApiRequest): Promise<ApiAnswer>;
}

/** Below what the API server lets one user have in flight. */
const connections = 64;

export function createApiClient(cluster: ControlPlane, token: string): ApiClient {
  const pool = new Pool(cluster.url, { connections, connect: { ca: cluster.ca } });
  return {
    send: async ({ method, path, query = {}, body, type, headers = {} }) => {
      const answer = await pool.request({
        method,
        path: `${path}?${new URLSearchParams(query)}`,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { "content-type": type ?? "application/json" }),
          ...headers,
        },
        body: body ? JSON.stringify(body) : null,
      });
      if (query["watch"] === "true" && answer.statusCode === 200) {
        answer.body.destroy();
        return { status: 200, body: {} };
      }
      return { status: answer.statusCode, body: parse(await answer.body.text()) };
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

export type Outcome = "allowed" | "RBAC" | "policy" | `status ${number}`;

/** Who refused, if anybody did; another status judged no right. */
export function outcomeOf({ status, body }: ApiAnswer): Outcome {
  if (status >= 200 && status < 300) return "allowed";
  const message = String(body.message);
  if (status === 403 && message.includes("ValidatingAdmissionPolicy 'ecr-pull-secrets")) {
    return "policy";
  }
  if (status === 403 && / cannot \S+ (resource|path) /.test(message)) return "RBAC";
  return `status ${status}`;
}
