/** Whoever may do what docs/deploy-policy.json says can make all that is in the template. */
import { describe, expect, test } from "vitest";
import { networkRights } from "../../../../src/deploy/deploy-policy/network-rights.ts";
import { resourceRights } from "../../../../src/deploy/deploy-policy/resource-rights.ts";
import type { CompiledTemplate } from "../../../deploy/compiled-template.ts";

/** What CloudFormation itself calls by an id. */
const unnamedTypes =
  /^AWS::(?:EC2::|IAM::Policy|Lambda::(?:EventSourceMapping|Permission)|S3::|SNS::Subscription)/;

const names = /^(?:\w*Name)$/;

export function describeDeployRights(template: () => CompiledTemplate): void {
  describe("the rights of whoever deploys", () => {
    test("cover each type of its resources", () => {
      const types = new Set(Object.values(template().Resources).map(({ Type }) => Type));
      const known = Object.keys({ ...resourceRights, ...networkRights });
      expect([...types].filter((type) => !known.includes(type))).toEqual([]);
    });

    test("cover its resources by their names", () => {
      const named = Object.entries(template().Resources).filter(
        ([, { Type }]) => !unnamedTypes.test(Type),
      );
      const strangers = named.filter(([, { Properties }]) => {
        const [name] = Object.keys(Properties).filter((key) => names.test(key) || key === "Name");
        const value = JSON.stringify(Properties[name ?? ""] ?? "");
        return !/^(?:"|\{"Fn::Sub":")(?:\/aws\/lambda\/)?ecr-pull-secrets-/.test(value);
      });
      expect(strangers.map(([id]) => id)).toEqual([]);
    });
  });
}
