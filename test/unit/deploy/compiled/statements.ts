/** No statement of any role allows more than its action needs. */
import { describe, expect, test } from "vitest";
import type {
  CompiledResource,
  CompiledStage,
  CompiledTemplate,
} from "../../../deploy/compiled-template.ts";

interface CompiledStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** Actions for which AWS takes no resource but `*`, each with the reason. */
const wide: Readonly<Record<string, string>> = {
  "ecr:GetAuthorizationToken": "a token is for all of a region's registries",
  "secretsmanager:ListSecrets": "a list has no resource; it shows names and tags, no value",
};

export function describeStatements(template: () => CompiledTemplate, _stage: CompiledStage): void {
  describe("its roles", () => {
    test("are those of the two functions, and no other", () => {
      expect(Object.keys(rolesIn(template()))).toEqual(["DispatchRole", "RefreshRole"]);
    });

    test("name actions and resources outright: no NotAction, no NotResource, no action with *", () => {
      for (const statement of statementsIn(template())) {
        expect(Object.keys(statement).sort()).toEqual(
          expect.not.arrayContaining(["NotAction", "NotResource", "Principal"]),
        );
        for (const action of listOf(statement.Action)) expect(action).toMatch(/^[a-z]+:[A-Za-z]+$/);
      }
    });

    test("ask for every resource only where AWS takes nothing else", () => {
      const granted = statementsIn(template()).filter(({ Effect }) => Effect === "Allow");
      expect(granted.length).toBeGreaterThan(5);
      const all = granted.filter(({ Resource }) => listOf(Resource).includes("*"));
      const actions = all.flatMap(({ Action }) => listOf(Action));
      expect(actions.filter((action) => wide[action] === undefined)).toEqual([]);
    });
  });
}

export function rolesIn({ Resources }: CompiledTemplate): Record<string, CompiledResource> {
  const roles = Object.entries(Resources).filter(([, { Type }]) => Type === "AWS::IAM::Role");
  return Object.fromEntries(roles);
}

export function statementsIn(template: CompiledTemplate): CompiledStatement[] {
  return Object.values(rolesIn(template)).flatMap(({ Properties }) =>
    Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: CompiledStatement[] } }) =>
        policy.PolicyDocument.Statement,
    ),
  );
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
