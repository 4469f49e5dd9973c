/** IAM statements of the stack's roles, with what CloudFormation would fill in. */
import type { Deployment } from "../../../src/deploy/template/part.ts";
import type { Statement } from "../../../src/deploy/template/statement.ts";
import { stackTemplate } from "../../../src/deploy/template/template.ts";
import { logGroupOf, stackNames } from "../../../src/stack/names.ts";

/** Where the examples of the documents are. */
export const examplePlace = {
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::AccountId": "111122223333",
} as const;

export type Place = Readonly<Record<keyof typeof examplePlace, string>>;

export interface RoleStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: object | undefined;
}

export function statementsOf(
  role: "DispatchRole" | "RefreshRole",
  deployment: Deployment,
  place: Place,
): readonly RoleStatement[] {
  const { Properties } = stackTemplate(deployment).Resources[role] ?? {};
  const { Policies } = Properties as unknown as RoleProperties;
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map((statement) => {
    const { Effect, Action, Resource, Condition } = statement;
    if (Effect !== "Allow") throw new Error("the tables have no column for refusals");
    const resources = Array.isArray(Resource) ? Resource : [Resource];
    return {
      actions: Action,
      resources: resources.map((resource) => resolve(resource, deployment, place)),
      condition: Condition,
    };
  });
}

interface RoleProperties {
  readonly Policies: readonly {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  }[];
}

function resolve(resource: unknown, { stage }: Deployment, place: Place): string {
  if (typeof resource === "string") return resource;
  const { Ref, "Fn::Sub": text, "Fn::GetAtt": attribute } = resource as Intrinsic;
  const arns = arnsOf(stage, place);
  if (Ref !== undefined) return known(arns, Ref);
  if (attribute !== undefined) return known(arns, attribute[0]);
  return (text ?? "").replace(/\$\{([^}]+)\}/g, (_, name: string) =>
    known({ ...place, ...arns }, name.replace(/\.Arn$/, "")),
  );
}

interface Intrinsic {
  readonly Ref?: string;
  readonly "Fn::Sub"?: string;
  readonly "Fn::GetAtt"?: readonly [name: string, attribute: string];
}

function arnsOf(stage: string, place: Place): Readonly<Record<string, string>> {
  const { "AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": account } = place;
  const arn = (service: string, name: string) =>
    `arn:${partition}:${service}:${region}:${account}:${name}`;
  const { functions, refreshQueue, topic } = stackNames(stage);
  return {
    RefreshQueue: arn("sqs", refreshQueue),
    AlarmTopic: arn("sns", topic),
    DispatchLogGroup: arn("logs", `log-group:${logGroupOf(functions.dispatch)}`),
    RefreshLogGroup: arn("logs", `log-group:${logGroupOf(functions.refresh)}`),
  };
}

function known(names: Readonly<Record<string, string>>, name: string): string {
  const value = names[name];
  if (value === undefined) throw new Error(`the tables know no ${name}`);
  return value;
}
