/** One direct call of the refresh function: JSON in, JSON out. */
import { setTimeout as delay } from "node:timers/promises";
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import { translateAwsError } from "../aws/errors.ts";
import { readSdkError } from "../aws/sdk-error.ts";
import type { AwsSession } from "../aws/session.ts";
import { AwsError } from "../errors.ts";
import { type AskedFunction, explainBroken, explainRefused } from "./function-failure.ts";

export interface InvokerOptions {
  readonly session: AwsSession;
  readonly region: string;
  readonly stage: string;
  /** How long an answer may take. */
  readonly answerTimeoutMs?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface FunctionRequest {
  readonly cluster: string;
  readonly mode: string;
  /** Left out if it is undefined: a function that doesn't know it still answers all else. */
  readonly image?: string | undefined;
}

/** The refresh function's 90 s, and a cold start. */
export const defaultAnswerTimeoutMs = 110_000;
/** For a call that Lambda refuses because too many functions run: any other may have begun. */
const maxAttempts = 4;
const retryPauseMs = 1_000;

const answerSchema = z.object({
  FunctionError: z.string().optional(),
  Payload: z.instanceof(Uint8Array).transform((bytes, context): unknown => {
    try {
      return JSON.parse(Buffer.from(bytes).toString());
    } catch {
      context.addIssue("not JSON");
      return z.NEVER;
    }
  }),
});

/** What it makes throws AwsError and StackError. */
export function createFunctionInvoker(options: InvokerOptions) {
  const { session, region, stage, sleep = delay } = options;
  const { answerTimeoutMs = defaultAnswerTimeoutMs } = options;
  const client = new LambdaClient({
    ...session.clientConfig,
    region,
    credentials: session.credentialsOf(undefined),
    // A sweep that gave no answer in time may still be at work: the SDK must not begin another.
    maxAttempts: 1,
    requestHandler: { ...session.clientConfig.requestHandler, requestTimeout: answerTimeoutMs },
  });
  return async (functionName: string, request: FunctionRequest): Promise<unknown> => {
    const { mode, image } = request;
    const asked = { functionName, region, stage, mode, image, answerTimeoutMs };
    const answer = await unlessThrottled(() => invoke(client, request, asked), sleep);
    const { FunctionError, Payload } = readAwsAnswer(callOf(asked), answerSchema, answer);
    if (FunctionError !== undefined) {
      throw explainBroken(Payload, asked);
    }
    return Payload;
  };
}

async function invoke(
  client: LambdaClient,
  request: FunctionRequest,
  asked: AskedFunction,
): Promise<InvokeCommandOutput> {
  const command = new InvokeCommand({
    FunctionName: asked.functionName,
    Payload: Buffer.from(JSON.stringify(request)),
  });
  try {
    return await client.send(command);
  } catch (error) {
    const explained = explainRefused(readSdkError(error), asked);
    throw explained ?? translateAwsError(error, callOf(asked));
  }
}

async function unlessThrottled<Answer>(
  ask: () => Promise<Answer>,
  sleep: (ms: number) => Promise<unknown>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const isThrottled = error instanceof AwsError && error.kind === "throttled";
      if (!isThrottled || attempt === maxAttempts) throw error;
      await sleep(retryPauseMs * attempt);
    }
  }
}

function callOf({ functionName, region }: AskedFunction): AwsCall {
  return { action: "lambda:InvokeFunction", region, resource: `function ${functionName}` };
}
