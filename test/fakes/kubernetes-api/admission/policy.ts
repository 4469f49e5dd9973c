/** A policy made ready to judge: its expressions compiled, in the order in which they are asked. */
import { type ApiObject, objectIn, objectsIn } from "../object.ts";
import { CelFailure, compile, type Expression, variableFailure } from "./cel.ts";

export interface Policy {
  readonly name: string;
  readonly fails: boolean;
  readonly conditions: readonly Expression[];
  readonly validations: readonly Validation[];
  /** The variable `variables`: each is computed when it is asked for, once. */
  readonly variables: (context: Context) => object;
}

export type Context = Readonly<Record<string, unknown>>;

export interface Validation {
  readonly expression: Expression;
  readonly message: string | undefined;
  readonly messageExpression: Expression | undefined;
  readonly reason: string;
}

const prepared = new WeakMap<ApiObject, Policy>();

/** @throws CelSyntaxError, which validation has ruled out */
export function policyOf(object: ApiObject): Policy {
  const policy = prepared.get(object) ?? prepare(object);
  prepared.set(object, policy);
  return policy;
}

function prepare(object: ApiObject): Policy {
  const spec = objectIn(object["spec"]);
  const variables = compileVariables(objectsIn(spec["variables"]));
  const compiled = (text: unknown) => compile(String(text), variables.types);
  return {
    name: object.metadata.name,
    fails: spec["failurePolicy"] !== "Ignore",
    conditions: objectsIn(spec["matchConditions"]).map(({ expression }) =>
      compile(String(expression), undefined),
    ),
    validations: objectsIn(spec["validations"]).map((one) => ({
      expression: compiled(one["expression"]),
      message: one["message"] === undefined ? undefined : String(one["message"]),
      messageExpression:
        one["messageExpression"] === undefined ? undefined : compiled(one["messageExpression"]),
      reason: String(one["reason"] ?? "Invalid"),
    })),
    variables: (context) => lazily(variables.expressions, context),
  };
}

interface Variables {
  readonly expressions: ReadonlyMap<string, Expression>;
  readonly types: Readonly<Record<string, string>> | undefined;
}

/** Each may use those before it. @throws CelSyntaxError */
function compileVariables(variables: readonly Readonly<Record<string, unknown>>[]): Variables {
  const expressions = new Map<string, Expression>();
  let types: Readonly<Record<string, string>> | undefined;
  for (const { name, expression } of variables) {
    const compiled = compile(String(expression), types);
    expressions.set(String(name), compiled);
    types = { ...types, [String(name)]: compiled.type };
  }
  return { expressions, types };
}

function lazily(expressions: ReadonlyMap<string, Expression>, context: Context): object {
  const variables = {};
  for (const [name, expression] of expressions) {
    const value = once(() => {
      try {
        return expression.evaluate({ ...context, variables });
      } catch (error) {
        throw error instanceof CelFailure ? variableFailure(name, error.message) : error;
      }
    });
    Object.defineProperty(variables, name, { enumerable: true, get: value });
  }
  return variables;
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}
