/** What goes wrong on the way to AWS, scripted per action. */
import { chances } from "../chances.ts";
import { AwsFailure, type AwsReply } from "./service.ts";

export type Fault =
  | { readonly kind: "failure"; readonly failure: AwsFailure }
  | { readonly kind: "reply"; readonly reply: AwsReply }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
  | { readonly kind: "lost-answer" }
  | { readonly kind: "meanwhile"; readonly happen: () => unknown };

export interface ScriptedFault {
  /** `ecr:GetAuthorizationToken` */
  readonly action: string;
  readonly fault: Fault;
  /** Undefined: every region. */
  readonly region: string | undefined;
  /** How many requests it still hits. */
  timesLeft: number;
  /** Of the requests to that action, as by chance, the same at each run; 1: each of them. */
  readonly share: number;
}

export const faults = {
  throttling: { kind: "failure", failure: new AwsFailure("throttled", "Rate exceeded") },
  serverError: { kind: "failure", failure: new AwsFailure("internal", "Internal failure") },
  /** The connection ends without an answer. */
  reset: { kind: "reset" },
  /** What was asked for is done, and the connection ends without an answer. */
  lostAnswer: { kind: "lost-answer" },
  /** The connection stays open, and nothing comes. */
  hang: { kind: "hang" },
  garbage: reply(200, "application/x-amz-json-1.1", '{"authorizationData": [{"authoriz'),
  /** What a load balancer shows when nobody is behind it. */
  unavailablePage: reply(503, "text/html", "<html><body>503 Service Unavailable</body></html>"),
  /** What a captive portal or a filtering proxy shows. */
  proxyPage: reply(403, "text/html", "<html><body><h1>Blocked by policy</h1></body></html>"),
} as const satisfies Record<string, Fault>;

export function answering(answer: unknown): Fault {
  return reply(200, "application/x-amz-json-1.1", JSON.stringify(answer));
}

/** What somebody else does just before the request is served as usual. */
export function meanwhile(happen: () => unknown): Fault {
  return { kind: "meanwhile", happen };
}

export class FaultScript {
  #scripted: readonly ScriptedFault[] = [];
  readonly #chance = chances();

  add(scripted: ScriptedFault): void {
    this.#scripted = [...this.#scripted, scripted];
  }

  clear(): void {
    this.#scripted = [];
  }

  /** The fault for this request, which uses it up once. */
  take(action: string, region: string): Fault | undefined {
    const next = this.#scripted.find(
      (it) =>
        it.timesLeft > 0 &&
        it.action === action &&
        (it.region === undefined || it.region === region) &&
        (it.share >= 1 || this.#chance() < it.share),
    );
    if (next) {
      next.timesLeft -= 1;
    }
    return next?.fault;
  }
}

function reply(status: number, contentType: string, body: string): Fault {
  return { kind: "reply", reply: { status, contentType, body } };
}
