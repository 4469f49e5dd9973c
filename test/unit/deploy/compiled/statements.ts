/** No statement of any role allows more than its action needs. */
import { describe, expect, test } from "vitest";
import type {
  CompiledResource,
  CompiledStage,
  CompiledTemplate,
} from "../../../deploy/compiled-template.ts";
import { type CompiledStatement, complaintsAbout, listOf, wideActions } from "./complaints.ts";

/** By the name of the policy that is attached to one. */
const attachedTypes = ["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"];

export function describeStatements(template: () => CompiledTemplate, stage: CompiledStage): void {
  const isEverything = stage === "every-option";

  describe("its roles", () => {
    test("are those of the two functions, and no other", () => {
      expect(Object.keys(ofType(template(), ["AWS::IAM::Role"]))).toEqual([
        "DispatchRole",
        "RefreshRole",
      ]);
      for (const { Properties } of functionsIn(template())) {
        expect(JSON.stringify(Properties.Role)).toMatch(/(Dispatch|Refresh)Role/);
      }
    });

    test("are assumed by Lambda alone", () => {
      for (const { Properties } of Object.values(ofType(template(), ["AWS::IAM::Role"]))) {
        expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
          {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "lambda.amazonaws.com" },
          },
        ]);
        // A policy of AWS's own grants what nobody here reads.
        expect(Properties).not.toHaveProperty("ManagedPolicyArns");
      }
    });

    test("hold no statement that is wider than AWS makes it", () => {
      const statements = statementsIn(template());
      expect(statements.length).toBeGreaterThan(8);
      expect(statements.flatMap(complaintsAbout)).toEqual([]);
    });

    test(`are ${isEverything ? "all" : "not"} bounded`, () => {
      const roles = Object.values(ofType(template(), ["AWS::IAM::Role"]));
      const boundary = isEverything ? "arn:aws:iam::111122223333:policy/boundary" : undefined;
      expect(roles.map(({ Properties }) => Properties.PermissionsBoundary)).toEqual([
        boundary,
        boundary,
      ]);
    });

    test(`have ${isEverything ? "all" : "two"} of the actions for which AWS takes no resource`, () => {
      const wide = statementsIn(template()).filter(
        ({ Effect, Resource }) => Effect === "Allow" && listOf(Resource).includes("*"),
      );
      const actions = new Set(wide.flatMap(({ Action }) => listOf(Action)));
      const expected = isEverything
        ? wideActions.keys()
        : ["ecr:GetAuthorizationToken", "secretsmanager:ListSecrets"];
      expect([...actions].sort()).toEqual([...expected].sort());
    });
  });
}

function ofType({ Resources }: CompiledTemplate, types: readonly string[]) {
  const found = Object.entries(Resources).filter(([, { Type }]) => types.includes(Type));
  return Object.fromEntries(found);
}

function functionsIn(template: CompiledTemplate): CompiledResource[] {
  return Object.values(ofType(template, ["AWS::Lambda::Function"]));
}

function statementsIn(template: CompiledTemplate): CompiledStatement[] {
  const roles = Object.values(ofType(template, ["AWS::IAM::Role"]));
  const policies = [
    ...roles.flatMap(({ Properties }) => Properties.Policies),
    ...Object.values(ofType(template, attachedTypes)).map(({ Properties }) => Properties),
  ];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
