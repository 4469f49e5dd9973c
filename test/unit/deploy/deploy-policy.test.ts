import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deployPolicy } from "../../../src/deploy/deploy-policy/deploy-policy.ts";
import {
  networkRights,
  vpcFunctionRights,
} from "../../../src/deploy/deploy-policy/network-rights.ts";
import { resourceRights } from "../../../src/deploy/deploy-policy/resource-rights.ts";

const file = new URL("../../../docs/deploy-policy.json", import.meta.url);
const { Statement: statements } = deployPolicy();
const actionsOf = (sid: string) => statements.find(({ Sid }) => Sid === sid)?.Action ?? [];

describe("the rights of whoever deploys", () => {
  test("fit into one managed policy", () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space.
    expect(JSON.stringify(deployPolicy()).length).toBeLessThan(6_144);
  });

  test("hold what each resource takes, each action once", () => {
    const plain = statements.filter(({ Sid }) => !Sid.startsWith("OnlyFor"));
    const granted = plain.flatMap(({ Action }) => Action);
    expect(granted).toEqual([...new Set(granted)]);
    expect(granted).toEqual(expect.arrayContaining(Object.values(resourceRights).flat()));
    expect(actionsOf("OnlyForVpc")).toEqual(expect.arrayContaining(vpcFunctionRights));
    const network = Object.values(networkRights).flat();
    expect(actionsOf("OnlyForFixedEgress")).toEqual(expect.arrayContaining(network));
  });

  test("are for what is called as we are, but for a closed list", () => {
    const others = statements.filter(
      ({ Resource, Condition }) =>
        Condition === undefined && !JSON.stringify(Resource).includes("ecr-pull-secrets-*"),
    );
    expect(others.map(({ Sid }) => Sid)).toEqual([
      "WithoutNames",
      "OnlyForVpc",
      "OnlyForFixedEgress",
    ]);
    expect(actionsOf("WithoutNames")).toEqual([
      "cloudformation:ValidateTemplate",
      "cloudwatch:DescribeAlarms",
      "lambda:GetEventSourceMapping",
      "logs:DeleteQueryDefinition",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "logs:PutQueryDefinition",
      "secretsmanager:ListSecrets",
    ]);
  });

  test("name every action whole, and pass roles to Lambda alone", () => {
    expect(
      statements.flatMap(({ Action }) => Action).filter((action) => /[*?]/.test(action)),
    ).toEqual([]);
    expect(statements.filter(({ Action }) => Action.includes("iam:PassRole"))).toMatchObject([
      {
        Resource: "arn:aws:iam::*:role/ecr-pull-secrets-*",
        Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
      },
    ]);
  });

  test("read no cluster's record, and no secret's value", () => {
    const secrets = statements
      .flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith("secretsmanager:"));
    expect(secrets).toEqual(["secretsmanager:ListSecrets"]);
  });

  test("stand in the document that people attach", () => {
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(deployPolicy());
  });
});
