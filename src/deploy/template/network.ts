/** The refresh function in a network: one that is there, or one of the stack's own. */
import type { VpcConfig } from "../../config/stage-config.ts";
import { stackNames } from "../../stack/names.ts";
import {
  egressNetwork,
  egressRoutes,
  egressSecurityGroup,
  egressSubnet,
} from "./egress-network.ts";
import { type Deployment, type Extension, ownArn, ref, sub, type TemplatePart } from "./part.ts";
import { allow, policyDocument, type Statement } from "./statement.ts";

/**
 * The name of the policy by which Lambda, as the function's role, makes and removes its network
 * interfaces. Not in the role itself: when the option is switched off again, CloudFormation removes
 * it last, after the function has left the network.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-enis
 */
const networkPolicy = "RefreshNetworkPolicy";

export function network({ stage, config }: Deployment): TemplatePart {
  const { vpc } = config.aws;
  if (vpc === undefined) return {};
  const policy = {
    Type: "AWS::IAM::Policy",
    Properties: {
      PolicyName: "network",
      PolicyDocument: policyDocument(interfaceStatements(stage)),
      Roles: [ref("RefreshRole")],
    },
  };
  const own = vpc.kind === "fixed-egress" ? egressNetwork(stage, networkPolicy) : {};
  return { ...own, resources: { ...own.resources, [networkPolicy]: policy } };
}

/** What the refresh function gets of it. */
export function networkOf(vpc: VpcConfig): Required<Extension> {
  if (vpc.kind === "existing") {
    const { subnetIds, securityGroupIds } = vpc;
    const VpcConfig = { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds };
    return { Properties: { VpcConfig }, DependsOn: [networkPolicy] };
  }
  const VpcConfig = {
    SubnetIds: [ref(egressSubnet)],
    SecurityGroupIds: [ref(egressSecurityGroup)],
  };
  // The first message must find a way out.
  return { Properties: { VpcConfig }, DependsOn: [networkPolicy, ...egressRoutes] };
}

const interfaceActions = [
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * Lambda takes them on `*` only, as its own policy for functions in a VPC has them. They are for
 * Lambda and not for our code, to which this denies them:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice-security
 */
function interfaceStatements(stage: string): Statement[] {
  const self = sub(ownArn("lambda", `function:${stackNames(stage).functions.refresh}`));
  return [
    allow(interfaceActions, "*"),
    {
      Effect: "Deny",
      Action: interfaceActions,
      Resource: "*",
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": self } },
    },
  ];
}
