/** Statements of IAM policies. */

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | object | readonly (string | object)[];
  readonly Condition?: object;
}

export function allow(
  actions: readonly string[],
  resource: Statement["Resource"],
  condition?: object,
): Statement {
  const statement: Statement = { Effect: "Allow", Action: actions, Resource: resource };
  return condition === undefined ? statement : { ...statement, Condition: condition };
}

export function policyDocument(statements: readonly object[]) {
  return { Version: "2012-10-17", Statement: statements };
}
