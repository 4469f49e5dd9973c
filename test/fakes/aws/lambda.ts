/**
 * The fake's Lambda: Invoke, of functions that run in this process.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { type FunctionHandler, functionArn, type Outcome, run } from "./lambda/function-run.ts";
import { type Codes, codeOf } from "./protocols.ts";
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
}

interface RegisteredFunction {
  readonly handler: AnyHandler;
  readonly timeoutMs: number;
}

/** A method's type, so that a handler may say what event it expects: Lambda doesn't check it. */
type AnyHandler = { handle(...args: Parameters<FunctionHandler<unknown>>): unknown }["handle"];

const invocationPath = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?.*)?$/;
const functionName =
  /^(?:(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?\d{12}:function:|function:)?([\w-]{1,140})(?::(?:\$LATEST|[\w-]+))?$/;
const maxPayloadBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

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

export function createLambda() {
  const functions = new Map<string, RegisteredFunction>();
  const running = new Set<Promise<Outcome>>();

  async function invoke(call: ActionCall): Promise<AwsReply> {
    const type = invocationTypeOf(call.request);
    const arn = arnOf(call);
    const found = functions.get(nameOf(call.request));
    if (found === undefined) {
      const message = `Function not found: ${arn}`;
      throw new ServiceFailure("ResourceNotFoundException", message, 404);
    }
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
    actionOf: ({ method, url }) =>
      method === "POST" && invocationPath.test(url) ? "Invoke" : undefined,
    resourceOf: (_action, call) => arnOf(call),
    permissionsOf: () => ["lambda:InvokeFunction"],
    actions: { Invoke: invoke },
    failure: failureReply,
  };

  return {
    service,
    /** In every region. Invoked as an event, it isn't tried again when it fails. */
    registerFunction(
      name: string,
      handler: AnyHandler,
      { timeoutMs = 60_000 }: FunctionOptions = {},
    ): void {
      functions.set(name, { handler, timeoutMs });
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

function invocationTypeOf({ headers }: AwsRequest): keyof typeof maxPayloadBytes {
  const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type !== "RequestResponse" && type !== "Event" && type !== "DryRun") {
    const message = `1 validation error detected: Value '${type}' at 'invocationType' failed to satisfy constraint`;
    throw new ServiceFailure("InvalidParameterValueException", message);
  }
  return type;
}

/** Without a payload, the event is an empty object. */
function eventOf({ body }: AwsRequest, maxBytes: number): unknown {
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes) {
    const message = `${bytes} byte payload is too large for the invocation (limit ${maxBytes} bytes)`;
    throw new ServiceFailure("RequestTooLargeException", message, 413);
  }
  try {
    return JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new ServiceFailure(
      "InvalidRequestContentException",
      "Could not parse request body into json",
    );
  }
}

function nameOf({ url }: AwsRequest): string {
  const given = decodeURIComponent(invocationPath.exec(url)?.[1] ?? "");
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
