/** CEL, as far as its JavaScript interpreter and the API server's agree: the contract suite tells. */
import { Environment, EvaluationError, ParseError, type ParseResult } from "@marcbachmann/cel-js";
import { isJsonObject } from "../object.ts";
import { undeclaredFunction } from "./cel-functions.ts";

export interface Expression {
  readonly text: string;
  /** As the type checker names it: `bool`, `string`, `dyn`, … */
  readonly type: string;
  /** @throws CelFailure */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
}

/** The value of an expression that has none: a missing key, a type that doesn't fit. */
export class CelFailure extends Error {
  override readonly name = "CelFailure";
}

export class CelSyntaxError extends Error {
  override readonly name = "CelSyntaxError";
}

const groupVersionKind = { group: "string", version: "string", kind: "string" };
const groupVersionResource = { group: "string", version: "string", resource: "string" };

const request = {
  kind: groupVersionKind,
  requestKind: groupVersionKind,
  resource: groupVersionResource,
  requestResource: groupVersionResource,
  subResource: "string",
  requestSubResource: "string",
  name: "string",
  namespace: "string",
  operation: "string",
  userInfo: {
    username: "string",
    uid: "string",
    groups: "list<string>",
    extra: "map<string, list<string>>",
  },
  dryRun: "bool",
  options: "dyn",
};

const namespaceObject = {
  metadata: {
    name: "string",
    generateName: "string",
    labels: "map<string, string>",
    annotations: "map<string, string>",
    creationTimestamp: "dyn",
    deletionTimestamp: "dyn",
    generation: "int",
    resourceVersion: "string",
    finalizers: "list<string>",
  },
  spec: { finalizers: "list<string>" },
  status: { phase: "string" },
};

const typed = new Environment({ enableOptionalTypes: true })
  .registerVariable({ name: "request", schema: request })
  .registerVariable({ name: "namespaceObject", schema: namespaceObject })
  .registerVariable("object", "dyn")
  .registerVariable("oldObject", "dyn");

const running = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true });

/** Every cluster of the tests gets the same few policies. */
const compiled = new Map<string, Expression>();

/**
 * @param variables their types by name, as far as the expression may know them; undefined: none
 * @throws CelSyntaxError what the API server refuses when a policy is written
 * @throws Surprise a function that the two interpreters haven't been compared by
 */
export function compile(
  text: string,
  variables: Readonly<Record<string, string>> | undefined,
): Expression {
  const key = JSON.stringify([text, variables]);
  const expression = compiled.get(key) ?? compileAnew(text, variables);
  compiled.set(key, expression);
  return expression;
}

function compileAnew(
  text: string,
  variables: Readonly<Record<string, string>> | undefined,
): Expression {
  const run = parse(text);
  const undeclared = undeclaredFunction(run.ast);
  if (undeclared !== undefined) {
    throw syntaxError(`undeclared reference to '${undeclared}' (in container '')`);
  }
  const environment =
    variables === undefined
      ? typed.clone()
      : typed.clone().registerVariable({ name: "variables", schema: variables });
  const checked = environment.check(text);
  if (!checked.valid) {
    throw syntaxError(checked.error?.summary);
  }
  return {
    text,
    type: checked.type ?? "dyn",
    evaluate: (context) => evaluated(() => run(context)),
  };
}

function parse(text: string): ParseResult {
  try {
    return running.parse(text);
  } catch (error) {
    throw error instanceof ParseError ? syntaxError(error.summary) : error;
  }
}

function syntaxError(why: string | undefined): CelSyntaxError {
  return new CelSyntaxError(`compilation failed: ERROR: <input>:1:1: ${why}`);
}

function evaluated(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    throw error instanceof EvaluationError ? new CelFailure(failureOf(error)) : error;
  }
}

/** As the API server words it. */
function failureOf(error: EvaluationError): string {
  const [, key] = /^No such key: (.*)$/.exec(error.summary) ?? [];
  if (key !== undefined) {
    return `no such key: ${key}`;
  }
  return ["no_such_overload", "invalid_condition_type"].includes(error.code)
    ? "no such overload"
    : error.summary;
}

/** A variable of a policy that failed: caught by `||` and `&&` like any other failure. */
export function variableFailure(name: string, why: string): EvaluationError {
  const message = `composited variable "${name}" fails to evaluate: ${why}`;
  return new EvaluationError({ code: "variable_failed", message });
}

/** JSON as CEL sees it: whole numbers are integers. */
export function toCel(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(toCel);
  }
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toCel(child)]));
  }
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : (value ?? null);
}
