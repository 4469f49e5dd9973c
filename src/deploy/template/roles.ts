/** Who may do what: a role per function, with nothing in it that the config doesn't need. */
import { type FunctionName, roleName } from "../../stack/names.ts";
import { dispatchStatements, refreshStatements } from "./function-statements.ts";
import { mintStatements } from "./mint-statements.ts";
import { type Deployment, pseudo, type Resource, sub, type TemplatePart } from "./part.ts";
import { policyDocument, type Statement } from "./statement.ts";

export function roles(deployment: Deployment): TemplatePart {
  return {
    resources: {
      DispatchRole: role("dispatch", deployment, { dispatch: dispatchStatements(deployment) }),
      RefreshRole: role("refresh", deployment, {
        refresh: refreshStatements(deployment),
        mint: mintStatements(deployment.config),
      }),
    },
  };
}

function role(
  of: FunctionName,
  { stage, config }: Deployment,
  policies: Readonly<Record<string, readonly Statement[]>>,
): Resource {
  const { permissionsBoundary } = config.aws;
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      RoleName: sub(roleName(stage, of, pseudo("Region"))),
      AssumeRolePolicyDocument: policyDocument([trust]),
      ...(permissionsBoundary !== undefined && { PermissionsBoundary: permissionsBoundary }),
      Policies: Object.entries(policies).map(([PolicyName, statements]) => ({
        PolicyName,
        PolicyDocument: policyDocument(statements),
      })),
    },
  };
}

/**
 * No condition on aws:SourceArn or aws:SourceAccount: Lambda documents them for who may call a
 * function, and not for assuming its role. Which function gets the role is decided by iam:PassRole,
 * which Lambda asks of whoever deploys.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
const trust = {
  Effect: "Allow",
  Action: "sts:AssumeRole",
  Principal: { Service: "lambda.amazonaws.com" },
};
