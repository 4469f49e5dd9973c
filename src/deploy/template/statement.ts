/** Statements of IAM policies. */

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | object | readonly (string | object)[];
  readonly Condition?: object;
}

export function allow(actions: readonly string[], resource: Statement["Resource"]): Statement {
  return { Effect: "Allow", Action: actions, Resource: resource };
}
