/** Where the refresh function runs: outside of any network of one's own, in one, or in a new one. */
import * as z from "zod";
import { listOf, text } from "./fields.ts";
import type { VpcConfig } from "./stage-config.ts";

const subnetId = text(/^subnet-[0-9a-f]{8,17}$/, "a subnet such as subnet-0123456789abcdef0");
const securityGroupId = text(
  /^sg-[0-9a-f]{8,17}$/,
  "a security group such as sg-0123456789abcdef0",
);

const fields = z.strictObject({
  subnetIds: listOf(subnetId, 16)
    .optional()
    .describe(
      "Private subnets of one VPC, from which the API servers can be reached, and AWS's own " +
        "APIs (by a NAT gateway, or endpoints for ecr.api, secretsmanager, sns, sqs and sts; " +
        "ecr-public, and logins kept in another region, take the gateway).",
    ),
  securityGroupIds: listOf(securityGroupId, 5)
    .optional()
    .describe("Security groups of that VPC, which let the function out to both."),
  fixedEgress: z
    .literal(true)
    .optional()
    .describe(
      "The stack makes a VPC of its own, whose NAT gateway gives the function one public " +
        "address, for allowlists: the stack's output EgressAddress. It lies in one availability " +
        "zone: while that is down, no cluster is looked after, and pull secrets last their hours. " +
        "AWS asks $32.85 a month for the gateway, $3.65 for the address, and $0.045 per GB " +
        "(list price of us-east-1 for 730 hours, November 2026: " +
        "https://aws.amazon.com/vpc/pricing/). The address is lost when this is switched off.",
    ),
});

const expected = "expected subnetIds and securityGroupIds of a VPC of yours, or fixedEgress: true";

export const vpc = fields
  .transform((given, context): VpcConfig => {
    if (context.issues.length > 0) return z.NEVER;
    const { subnetIds, securityGroupIds, fixedEgress } = given;
    const refuse = (found: string): never => {
      context.issues.push({ code: "custom", input: given, message: `${expected}, found ${found}` });
      return z.NEVER;
    };
    if (fixedEgress) {
      const isBoth = subnetIds !== undefined || securityGroupIds !== undefined;
      return isBoth ? refuse("both") : { kind: "fixed-egress" };
    }
    if (!subnetIds) return refuse(securityGroupIds ? "no subnetIds" : "neither");
    if (!securityGroupIds) return refuse("no securityGroupIds");
    return { kind: "existing", subnetIds, securityGroupIds };
  })
  .describe(
    "Network in which the refresh function runs. Default: none of yours; it reaches public " +
      "addresses, from changing ones.",
  );
