/** What a real API server refuses of the expressions in a policy. */
import type { JsonObject } from "../object.ts";
import { invalidValue, required, type StatusCause } from "../status.ts";
import { CelSyntaxError, compile } from "./cel.ts";

/** Of the variables that an expression may use, by name; undefined: there are none. */
export type Types = Readonly<Record<string, string>> | undefined;

export function expressionProblems(
  field: string,
  text: unknown,
  wanted: { readonly type: "bool" | "string"; readonly types: Types },
): StatusCause[] {
  const found = typeOf(String(text), wanted.types);
  if (found instanceof CelSyntaxError) {
    return [invalidValue(field, text, found.message)];
  }
  const why = `must evaluate to ${wanted.type} but got ${found}`;
  return found === wanted.type ? [] : [invalidValue(field, text, why)];
}

export interface CheckedVariables {
  readonly problems: readonly StatusCause[];
  readonly types: Types;
}

export function variableProblems(variables: readonly JsonObject[]): CheckedVariables {
  const problems: StatusCause[] = [];
  let types: Types;
  for (const [index, { name, expression }] of variables.entries()) {
    const field = `spec.variables[${index}]`;
    problems.push(...nameProblems(`${field}.name`, name));
    const type = expression === undefined ? undefined : typeOf(String(expression), types);
    if (type === undefined) {
      problems.push(required(`${field}.expression`, "expression is not specified"));
    } else if (type instanceof CelSyntaxError) {
      problems.push(invalidValue(`${field}.expression`, expression, type.message));
    }
    types = { ...types, [String(name)]: typeof type === "string" ? type : "dyn" };
  }
  return { problems, types };
}

function nameProblems(field: string, name: unknown): StatusCause[] {
  if (name === undefined) {
    return [required(field, "name is not specified")];
  }
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(String(name))
    ? []
    : [invalidValue(field, name, "must be a valid CEL identifier")];
}

function typeOf(text: string, types: Types): string | CelSyntaxError {
  try {
    return compile(text, types).type;
  } catch (error) {
    if (error instanceof CelSyntaxError) {
      return error;
    }
    throw error;
  }
}
