/**
 * The fake's Lambda: functions that run in this process, asked for and described.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { type FunctionHandler, functionArn, type Outcome, run } from "./lambda/function-run.ts";
import { eventOf, invocationTypeOf, maxPayloadBytes } from "./lambda/invocation.ts";
import { type Codes, codeOf, restJsonReply } from "./protocols.ts";
import {
  type ActionCall,
  type AwsFailure,
  type AwsReply,
  type AwsRequest,
  type AwsService,
  ServiceFailure,
} from "./service.ts";

export interface FunctionOptions {
  readonly timeoutMs?: number;
  /** The role that it is said to run as. */
  readonly role?: string;
  /** Left out, it is in all of them. */
  readonly region?: string;
}

interface RegisteredFunction extends Required<Omit<FunctionOptions, "region">> {
  readonly region: string | undefined;
  readonly handler: AnyHandler;
}

/** A method's type, so that a handler may say what event it expects: Lambda doesn't check it. */
type AnyHandler = { handle(...args: Parameters<FunctionHandler<unknown>>): unknown }["handle"];

const functionPath = /^\/2015-03-31\/functions\/([^/?]+)\/(invocations|configuration)(?:\?.*)?$/;
const functionName =
  /^(?:(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?\d{12}:function:|function:)?([\w-]{1,140})(?::(?:\$LATEST|[\w-]+))?$/;

const codes: Codes = {
  unsigned: ["MissingAuthenticationTokenException", 403],
  "unknown-key": ["UnrecognizedClientException", 403],
  "expired-token": ["ExpiredTokenException", 403],
  "bad-signature": ["InvalidSignatureException", 403],
  denied: ["AccessDeniedException", 403],
  throttled: ["TooManyRequestsException", 429],
  internal: ["ServiceException", 500],
  invalid: ["InvalidParameterValueException", 400],
  "unknown-action": ["UnknownOperationException", 404],
};

const actionsByPath: Readonly<Record<string, string>> = {
  "POST invocations": "Invoke",
  "GET configuration": "GetFunctionConfiguration",
};

/** @param account of the roles that functions run as, unless they say otherwise */
export function createLambda(account: string) {
  const functions = new Map<string, RegisteredFunction>();
  const running = new Set<Promise<Outcome>>();

  function find(call: ActionCall): RegisteredFunction {
    const found = functions.get(nameOf(call.request));
    if (found === undefined || (found.region ?? call.region) !== call.region) {
      const message = `Function not found: ${arnOf(call)}`;
      throw new ServiceFailure("ResourceNotFoundException", message, 404);
    }
    return found;
  }

  async function invoke(call: ActionCall): Promise<AwsReply> {
    const type = invocationTypeOf(call.request);
    const arn = arnOf(call);
    const found = find(call);
    const event = eventOf(call.request, maxPayloadBytes[type]);
    if (type === "DryRun") {
      return reply(204, "");
    }
    const { handler, timeoutMs } = found;
    const outcome = run(handler, event, { functionArn: arn, timeoutMs });
    if (type === "Event") {
      running.add(outcome);
      outcome.finally(() => running.delete(outcome));
      return reply(202, "");
    }
    return answerOf(await outcome);
  }

  const service: AwsService = {
    name: "lambda",
    actionOf: ({ method, url }) => actionsByPath[`${method} ${functionPath.exec(url)?.[2] ?? ""}`],
    resourceOf: (_action, call) => arnOf(call),
    permissionsOf: (action) => [action === "Invoke" ? "lambda:InvokeFunction" : `lambda:${action}`],
    actions: {
      Invoke: invoke,
      GetFunctionConfiguration: (call) => {
        const { role: Role, timeoutMs } = find(call);
        const names = { FunctionName: nameOf(call.request), FunctionArn: arnOf(call) };
        const shape = { Runtime: "nodejs24.x", State: "Active", Timeout: timeoutMs / 1_000 };
        return restJsonReply({ ...names, Role, ...shape });
      },
    },
    failure: failureReply,
  };

  return {
    service,
    /** Invoked as an event, it isn't tried again when it fails. */
    registerFunction(name: string, handler: AnyHandler, options: FunctionOptions = {}): void {
      const role = `arn:aws:iam::${account}:role/${name}`;
      functions.set(name, { timeoutMs: 60_000, role, region: undefined, ...options, handler });
    },
    /** Resolves when all that was invoked as an event has run. */
    async idle(): Promise<void> {
      while (running.size > 0) {
        await Promise.all(running);
      }
    },
  };
}

function answerOf({ result, error }: Outcome & { readonly result?: string }): AwsReply {
  if (error !== undefined) {
    return reply(200, JSON.stringify(error), { "x-amz-function-error": "Unhandled" });
  }
  const bytes = Buffer.byteLength(result ?? "null");
  if (bytes > maxPayloadBytes.RequestResponse) {
    const errorMessage = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (6291556 bytes).`;
    const tooLarge = { errorType: "Function.ResponseSizeTooLarge", errorMessage };
    return reply(200, JSON.stringify(tooLarge), { "x-amz-function-error": "Unhandled" });
  }
  return reply(200, result ?? "null");
}

function nameOf({ url }: AwsRequest): string {
  const given = decodeURIComponent(functionPath.exec(url)?.[1] ?? "");
  const name = functionName.exec(given)?.[1];
  if (name === undefined) {
    const message =
      "1 validation error detected: Value at 'functionName' failed to satisfy constraint";
    throw new ServiceFailure("ValidationException", message);
  }
  return name;
}

function arnOf({ identity, region, request }: ActionCall): string {
  return functionArn({ account: identity.account, region }, nameOf(request));
}

function reply(status: number, body: string, headers: Record<string, string> = {}): AwsReply {
  const more = { "x-amz-executed-version": "$LATEST", ...headers };
  return { status, contentType: "application/json", body, headers: more };
}

function failureReply(failure: AwsFailure): AwsReply {
  const [code, status] = codeOf(failure, codes);
  const body = JSON.stringify({
    Type: status < 500 ? "User" : "Service",
    Message: failure.message,
  });
  return { status, contentType: "application/json", headers: { "x-amzn-errortype": code }, body };
}
