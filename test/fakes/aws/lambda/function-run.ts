/** One run of a function in this process, as Lambda makes it: JSON in, JSON out, a deadline. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

/** The part of Lambda's context that a Node.js function gets, in the shape of @types/aws-lambda. */
export interface FunctionContext {
  callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
  done(): void;
  fail(): void;
  succeed(): void;
}

/** The callback is there for the type only: Node.js 24 on Lambda has none. */
export type FunctionHandler<Event> = (
  event: Event,
  context: FunctionContext,
  callback: () => void,
) => unknown;

export interface RunOptions {
  readonly functionArn: string;
  readonly timeoutMs: number;
}

/** What the runtime reports; `error` is what went wrong in the function. */
export type Outcome =
  | { readonly result: string; readonly error?: undefined }
  | { readonly error: FunctionError };

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export function functionArn(
  { account, region }: { readonly account: string; readonly region: string },
  name: string,
): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

/** @param event which becomes the handler's own */
export async function run<Event>(
  handler: FunctionHandler<Event>,
  event: Event,
  options: RunOptions,
): Promise<Outcome> {
  const context = createContext(options);
  const deadline = new AbortController();
  try {
    return await Promise.race([
      invoke(handler, event, context),
      timeout(context.awsRequestId, options.timeoutMs, deadline.signal),
    ]);
  } finally {
    deadline.abort();
  }
}

async function invoke<Event>(
  handler: FunctionHandler<Event>,
  event: Event,
  context: FunctionContext,
): Promise<Outcome> {
  try {
    const result = await handler(event, context, absent("callback"));
    return { result: JSON.stringify(result) ?? "null" };
  } catch (error) {
    return { error: describe(error) };
  }
}

/** Unlike on Lambda, the handler itself goes on: nothing can end it in this process. */
async function timeout(requestId: string, timeoutMs: number, signal: AbortSignal) {
  await delay(timeoutMs, undefined, { signal }).catch(() => undefined);
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
  return { error: { errorType: "Sandbox.Timedout", errorMessage } };
}

function createContext({ functionArn, timeoutMs }: RunOptions): FunctionContext {
  const functionName = functionArn.split(":")[6] ?? "";
  const endsAtMs = performance.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    memoryLimitInMB: "256",
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `[$LATEST]${randomUUID().replaceAll("-", "")}`,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAtMs - performance.now())),
    done: absent("context.done"),
    fail: absent("context.fail"),
    succeed: absent("context.succeed"),
  };
}

function absent(name: string) {
  return () => {
    throw new TypeError(`${name} is not a function on Node.js 24`);
  };
}

function describe(error: unknown): FunctionError {
  if (error instanceof Error) {
    const trace = (error.stack ?? "").split("\n");
    return { errorType: error.name, errorMessage: error.message, trace };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}
