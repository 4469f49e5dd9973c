/** How much of IAM's limit the refresh function's policies take. Pure. */
import { refreshStatements } from "./template/function-statements.ts";
import { mintStatements } from "./template/mint-statements.ts";
import type { Deployment } from "./template/part.ts";
import { policyDocument } from "./template/statement.ts";

/**
 * Of all inline policies of a role together, white space not counted:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const maxPolicyCharacters = 10_240;

/** What Lambda needs for a network of one's own, with room to spare. */
const networkCharacters = 1_000;

/** Of an ARN that CloudFormation puts in: rather too many. */
const arnCharacters = 150;

/** Only the refresh function's grow with the config. */
export function policyCharacters(deployment: Deployment, region: string): number {
  const documents = [refreshStatements(deployment), mintStatements(deployment.config)];
  const texts = documents.map((each) => JSON.stringify(filledIn(policyDocument(each), region)));
  const network = deployment.config.aws.vpc === undefined ? 0 : networkCharacters;
  return texts.reduce((sum, { length }) => sum + length, network);
}

/** As CloudFormation hands it to IAM, in length. */
function filledIn(value: unknown, region: string): unknown {
  if (Array.isArray(value)) return value.map((each) => filledIn(each, region));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = []] = entries;
  if (name === "Fn::Sub") return withoutVariables(String(argument), region);
  if (name === "Fn::GetAtt" || name === "Ref") return "x".repeat(arnCharacters);
  return Object.fromEntries(entries.map(([key, each]) => [key, filledIn(each, region)]));
}

function withoutVariables(text: string, region: string): string {
  return text
    .replaceAll(`\${AWS::Partition}`, "aws-us-gov")
    .replaceAll(`\${AWS::Region}`, region)
    .replaceAll(`\${AWS::AccountId}`, "123456789012")
    .replaceAll(/\$\{\w+\.Arn\}/g, "x".repeat(arnCharacters));
}
