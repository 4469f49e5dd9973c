/** Scripted faults: what goes wrong, with which requests, and how often. */

export type FaultAction =
  /** Answers late. */
  | { readonly type: "delay"; readonly ms: number }
  /** Never answers. */
  | { readonly type: "hang" }
  /** The connection is reset; the request isn't carried out. */
  | { readonly type: "reset" }
  /** The request is carried out, and the connection reset instead of an answer. */
  | { readonly type: "reset-after" }
  /** The stream is refused: HTTP/2's "I did nothing with it" (HTTP/1.1: a reset). */
  | { readonly type: "refuse-stream" }
  /** The answer's headers and half of its body, then a reset. */
  | { readonly type: "cut" }
  /** The whole answer arrives, but half of the JSON is missing. */
  | { readonly type: "truncate" }
  /** A body that doesn't end, at about 1 MB per second. */
  | { readonly type: "endless" }
  /** GOAWAY. `finish`: streams in flight are answered; `lose`: this and later ones aren't. */
  | { readonly type: "goaway"; readonly inFlight: "finish" | "lose" }
  /** A Status of the server's own: 401, 429, 500, 503, … */
  | {
      readonly type: "status";
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** An answer that no API server gives. */
  | {
      readonly type: "answer";
      readonly code?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    };

export interface FaultMatch {
  readonly method?: string;
  /** The whole path as a string, or a pattern; without the query. */
  readonly path?: string | RegExp;
  readonly user?: string;
}

export interface FaultScript {
  readonly on?: FaultMatch;
  /** So many matching requests pass unharmed first; default 0. */
  readonly after?: number;
  /** Default 1. */
  readonly times?: number;
  readonly do: FaultAction;
}

export interface Fault {
  /** How often it struck. */
  readonly hits: number;
  remove(): void;
}

export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly user: string;
}

export interface Faults {
  add(script: FaultScript): Fault;
  /** The action for a request, counted as a hit; at most one, the first script that is due. */
  take(target: FaultTarget): FaultAction | undefined;
  clear(): void;
}

export const htmlPage: FaultAction = {
  type: "answer",
  headers: { "content-type": "text/html" },
  body: "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>",
};

/** A failure that calls itself a success. */
export const failureIn200: FaultAction = {
  type: "answer",
  headers: { "content-type": "application/json" },
  body: '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"InternalError","code":500}',
};

export function redirectTo(location: string): FaultAction {
  return { type: "answer", code: 302, headers: { location }, body: "" };
}

export function createFaults(): Faults {
  const scripts = new Set<{ readonly script: FaultScript; seen: number; hits: number }>();
  return {
    add: (script) => {
      const entry = { script, seen: 0, hits: 0 };
      scripts.add(entry);
      return {
        get hits() {
          return entry.hits;
        },
        remove: () => {
          scripts.delete(entry);
        },
      };
    },
    take: (target) => {
      for (const entry of scripts) {
        const { on = {}, after = 0, times = 1 } = entry.script;
        if (!matches(on, target) || entry.hits >= times) {
          continue;
        }
        entry.seen += 1;
        if (entry.seen > after) {
          entry.hits += 1;
          return entry.script.do;
        }
      }
      return undefined;
    },
    clear: () => scripts.clear(),
  };
}

function matches(on: FaultMatch, target: FaultTarget): boolean {
  const path =
    on.path === undefined ||
    (typeof on.path === "string" ? on.path === target.path : on.path.test(target.path));
  return (
    path &&
    (on.method === undefined || on.method === target.method) &&
    (on.user === undefined || on.user === target.user)
  );
}
