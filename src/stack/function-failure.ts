/** What it means for a person when the refresh function can't be asked, or breaks. */
import * as z from "zod";
import type { SdkError } from "../aws/sdk-error.ts";
import { deployCommand } from "./deploy-command.ts";
import { logGroupOf } from "./names.ts";
import { StackError } from "./stack-error.ts";

export interface AskedFunction {
  readonly functionName: string;
  readonly region: string;
  readonly stage: string;
  readonly mode: string;
  readonly image?: string | undefined;
  readonly answerTimeoutMs: number;
}

/**
 * What Lambda's runtime says of a function that broke. The message may quote anything, so it is only
 * looked into.
 */
const brokenSchema = z
  .object({
    errorType: z
      .string()
      .regex(/^[\w.]{1,80}$/)
      .catch("an error without a type"),
    errorMessage: z.string().catch(""),
  })
  .catch({ errorType: "an error without a type", errorMessage: "" });

export function explainBroken(payload: unknown, asked: AskedFunction): StackError {
  const { errorType, errorMessage } = brokenSchema.parse(payload);
  const name = nameOf(asked);
  if (errorType === "Sandbox.Timedout" || / Task timed out after \d/.test(errorMessage)) {
    return new StackError(`${name} ran out of time`, { hint: `Ask again. ${logOf(asked)}` });
  }
  // What the function throws for a request that it doesn't understand.
  if (errorType === "RefreshEventError") {
    const asking = asked.image === undefined ? `the mode "${asked.mode}"` : "how to check an image";
    return new StackError(`${name} doesn't know ${asking}: it is an older version`, {
      hint: deployHint(asked),
    });
  }
  return new StackError(`${name} broke (${errorType})`, { hint: logOf(asked) });
}

/** Undefined: it means what it means for every call to AWS. */
export function explainRefused(error: SdkError, asked: AskedFunction): StackError | undefined {
  const name = nameOf(asked);
  if (error.name === "ResourceNotFoundException") {
    return new StackError(`${name} isn't there: the stage isn't deployed to that region`, {
      hint: deployHint(asked),
    });
  }
  if (error.name !== "TimeoutError") return undefined;
  // The SDK's one name for all of these. Without a code there was no connection, and no request.
  if (error.code === "ETIMEDOUT") {
    const seconds = asked.answerTimeoutMs / 1_000;
    const message = `${name} gave no answer within ${seconds} s; it may still be at work`;
    return new StackError(message, { hint: logOf(asked) });
  }
  if (error.code === "ECONNRESET" || error.code === "EPIPE") {
    const message = `the connection to ${name} broke before it answered; it may still be at work`;
    return new StackError(message, { hint: logOf(asked) });
  }
  return undefined;
}

function nameOf({ functionName, region }: AskedFunction): string {
  return `the function ${functionName} in ${region}`;
}

function logOf({ functionName, region }: AskedFunction): string {
  return `check, plan, refresh and status work without it: --local. Its log says why: aws logs tail ${logGroupOf(functionName)} --since 15m --region ${region}`;
}

function deployHint(asked: AskedFunction): string {
  return `Deploy it: ${deployCommand(asked)}`;
}
