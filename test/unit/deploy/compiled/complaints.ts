/** What is too wide in a statement of IAM, in words. */

export interface CompiledStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** Actions for which AWS takes no resource but `*`, each with the reason. */
export const wideActions: ReadonlyMap<string, string> = new Map([
  ["ecr:GetAuthorizationToken", "a token is for all of a region's registries"],
  ["ecr-public:GetAuthorizationToken", "a token is for all of ECR Public"],
  ["sts:GetServiceBearerToken", "ECR Public asks for it, and it opens nothing by itself"],
  ["secretsmanager:ListSecrets", "a list has no resource; it shows names and tags, no value"],
  ...[
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ].map(
    (action) => [action, "what Lambda asks of a role in a network; denied to its code"] as const,
  ),
]);

const keys = ["Effect", "Action", "Resource", "Condition", "Sid"];

export function complaintsAbout(statement: CompiledStatement): string[] {
  const actions = listOf(statement.Action);
  const resources = listOf(statement.Resource).map(arnOf);
  const odd = Object.keys(statement).filter((key) => !keys.includes(key));
  const complaints = [
    ...odd.map((key) => `${key} isn't a way to name what is meant`),
    ...actions
      .filter((it) => !/^[a-z0-9-]+:[A-Z][A-Za-z]+$/.test(it))
      .map((it) => `${it} is a glob`),
  ];
  // To forbid too much does no harm.
  if (statement.Effect !== "Allow") return complaints;
  if (resources.includes("*")) {
    const known = actions.filter((action) => !wideActions.has(action));
    complaints.push(...known.map((action) => `${action} on *`));
  }
  return [
    ...complaints,
    ...resources.filter(isForeign).map((arn) => `${arn} is of any region or account`),
  ];
}

/** Only names may be globs: partition, service, region and account are those of somebody known. */
function isForeign(arn: string): boolean {
  const [, ...place] = arn
    .replaceAll(/\$\{[^}]*\}/g, "one")
    .split(":")
    .slice(0, 5);
  return arn.startsWith("arn:") && place.some((part) => /[*?]/.test(part));
}

/** References are to one thing each. */
function arnOf(resource: unknown): string {
  if (typeof resource === "string") return resource;
  const text: unknown = Reflect.get(Object(resource), "Fn::Sub");
  return typeof text === "string" ? text : "a reference";
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
