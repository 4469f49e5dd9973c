/** What one policy says to one request. */
import { CelFailure, type Expression } from "./cel.ts";
import type { Context, Policy, Validation } from "./policy.ts";

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** Undefined: the policy has nothing against it, or isn't about it. */
export function refusalOf(policy: Policy, context: Context): Refusal | undefined {
  const conditions = policy.conditions.map((condition) => outcomeOf(condition, context));
  // One that is false takes the policy out, whatever has become of the others.
  if (conditions.includes(false)) {
    return undefined;
  }
  const failures = conditions.filter((result) => typeof result === "string");
  if (failures.length > 0) {
    return policy.fails ? failed(failures) : undefined;
  }
  const variables = { ...context, variables: policy.variables(context) };
  return policy.validations
    .map((validation) => validate(policy, validation, variables))
    .find((refusal) => refusal !== undefined);
}

function validate(policy: Policy, validation: Validation, context: Context): Refusal | undefined {
  const result = outcomeOf(validation.expression, context);
  if (typeof result === "string") {
    return policy.fails ? failed([result]) : undefined;
  }
  return result
    ? undefined
    : { reason: validation.reason, message: messageOf(validation, context) };
}

function failed(failures: readonly (boolean | string)[]): Refusal {
  const message = failures.length === 1 ? String(failures[0]) : `[${failures.join(", ")}]`;
  return { reason: "Invalid", message };
}

/** A text says why there is no value. */
function outcomeOf(expression: Expression, context: Context): boolean | string {
  try {
    return expression.evaluate(context) === true;
  } catch (error) {
    return `expression '${expression.text}' resulted in error: ${failureOf(error)}`;
  }
}

function messageOf({ expression, message, messageExpression }: Validation, context: Context) {
  const computed = messageExpression && textOf(messageExpression, context);
  return computed ?? message?.trim() ?? `failed expression: ${expression.text.trim()}`;
}

/** Undefined where it would be no message: a failure, nothing, or several lines. */
function textOf(expression: Expression, context: Context): string | undefined {
  try {
    const text = String(expression.evaluate(context)).trim();
    return text === "" || text.includes("\n") ? undefined : text;
  } catch (error) {
    failureOf(error);
    return undefined;
  }
}

/** @throws whatever isn't the expression's own failure */
function failureOf(error: unknown): string {
  if (error instanceof CelFailure) {
    return error.message;
  }
  throw error;
}
