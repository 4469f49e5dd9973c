/** Each option of the config's `aws`, by what it puts into the stack. */
import { describe, expect, test } from "vitest";
import type { StackTemplate } from "../../../../src/deploy/template/template.ts";
import { stackTemplate } from "../../../../src/deploy/template/template.ts";
import { deploymentOf, keyArn } from "../deployment.ts";

const stackWith = (aws: object) => stackTemplate(deploymentOf({ aws }));
const plain = stackWith({});
const ec2Types = ({ Resources }: StackTemplate) =>
  Object.values(Resources)
    .map(({ Type }) => Type)
    .filter((type) => type.startsWith("AWS::EC2::"));

describe("without an option", () => {
  test("nothing that Serverless makes is changed, and there is no network", () => {
    expect(plain.extensions).toEqual({});
    expect(ec2Types(plain)).toEqual([]);
  });

  test("queues are encrypted with SQS's own keys, and roles have no boundary", () => {
    const { RefreshQueue, RefreshDeadLetterQueue, AlarmTopic, RefreshRole } = plain.Resources;
    expect(RefreshQueue?.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    expect(RefreshDeadLetterQueue?.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    expect(AlarmTopic?.Properties).not.toHaveProperty("KmsMasterKeyId");
    expect(RefreshRole?.Properties).not.toHaveProperty("PermissionsBoundary");
  });
});

describe("a key", () => {
  const { Resources, extensions } = stackWith({ kmsKeyArn: keyArn });

  test.each(["RefreshQueue", "RefreshDeadLetterQueue", "AlarmTopic"])("encrypts %s", (name) => {
    expect(Resources[name]?.Properties).toMatchObject({ KmsMasterKeyId: keyArn });
    // SQS takes one of the two.
    expect(Resources[name]?.Properties).not.toHaveProperty("SqsManagedSseEnabled");
  });

  test("encrypts both log groups, and nothing else that Serverless makes", () => {
    const encrypted = { Properties: { KmsKeyId: keyArn } };
    expect(extensions).toEqual({ DispatchLogGroup: encrypted, RefreshLogGroup: encrypted });
  });
});

test("a permissions boundary is on every role", () => {
  const permissionsBoundary = "arn:aws:iam::111122223333:policy/teams/boundary";
  const roles = Object.values(stackWith({ permissionsBoundary }).Resources).filter(
    ({ Type }) => Type === "AWS::IAM::Role",
  );
  expect(roles.map(({ Properties }) => Properties["PermissionsBoundary"])).toEqual([
    permissionsBoundary,
    permissionsBoundary,
  ]);
});

test("concurrency is reserved for the refresh function, and only there", () => {
  const { extensions } = stackWith({ concurrency: { queue: 20, reserved: 25 } });
  expect(extensions).toEqual({
    RefreshLambdaFunction: { Properties: { ReservedConcurrentExecutions: 25 } },
  });
});

test("options of one function don't lose one another", () => {
  const { extensions } = stackWith({
    concurrency: { reserved: 60 },
    vpc: { fixedEgress: true },
  });
  expect(extensions["RefreshLambdaFunction"]?.Properties).toEqual({
    ReservedConcurrentExecutions: 60,
    VpcConfig: expect.anything(),
  });
});

describe("a network that is there", () => {
  const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
  const securityGroupIds = ["sg-0123456789abcdef0"];
  const stack = stackWith({ vpc: { subnetIds, securityGroupIds } });

  test("holds the refresh function, once Lambda may connect it; dispatch stays outside", () => {
    expect(stack.extensions).toEqual({
      RefreshLambdaFunction: {
        Properties: { VpcConfig: { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds } },
        DependsOn: ["RefreshNetworkPolicy"],
      },
    });
  });

  test("is left as it is: the stack makes no part of one", () => {
    expect(ec2Types(stack)).toEqual([]);
    expect(stack.Outputs).not.toHaveProperty("EgressAddress");
  });
});

describe("a fixed egress address", () => {
  const { Resources, Outputs, extensions } = stackWith({ vpc: { fixedEgress: true } });
  const properties = (name: string) => Resources[name]?.Properties;

  test("is told as an output of the stack", () => {
    expect(Outputs["EgressAddress"]?.Value).toEqual({ Ref: "EgressElasticIp" });
    expect(Resources["EgressElasticIp"]?.Type).toBe("AWS::EC2::EIP");
  });

  test("is where all that leaves the function's subnet passes through", () => {
    expect(properties("EgressPrivateRoute")).toEqual({
      RouteTableId: { Ref: "EgressPrivateRouteTable" },
      DestinationCidrBlock: "0.0.0.0/0",
      NatGatewayId: { Ref: "EgressNatGateway" },
    });
    expect(properties("EgressPrivateRoutes")).toEqual({
      SubnetId: { Ref: "EgressPrivateSubnet" },
      RouteTableId: { Ref: "EgressPrivateRouteTable" },
    });
    expect(properties("EgressNatGateway")).toMatchObject({
      AllocationId: { "Fn::GetAtt": ["EgressElasticIp", "AllocationId"] },
      SubnetId: { Ref: "EgressPublicSubnet" },
    });
    expect(properties("EgressPublicRoute")).toMatchObject({
      RouteTableId: { Ref: "EgressPublicRouteTable" },
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: { Ref: "EgressInternetGateway" },
    });
  });

  test("lies in one availability zone with the function", () => {
    const zones = ["EgressPublicSubnet", "EgressPrivateSubnet"].map(
      (name) => properties(name)?.["AvailabilityZone"],
    );
    expect(zones[0]).toBeDefined();
    expect(zones[0]).toEqual(zones[1]);
  });

  test("lets the function out, to an API server on any port, and nobody in", () => {
    expect(properties("EgressSecurityGroup")).toMatchObject({
      SecurityGroupIngress: [],
      SecurityGroupEgress: [
        { IpProtocol: "tcp", FromPort: 1, ToPort: 65_535, CidrIp: "0.0.0.0/0" },
      ],
    });
  });

  test("is there before the function runs: policy, route, and what the route needs", () => {
    expect(extensions["RefreshLambdaFunction"]).toEqual({
      Properties: {
        VpcConfig: {
          SubnetIds: [{ Ref: "EgressPrivateSubnet" }],
          SecurityGroupIds: [{ Ref: "EgressSecurityGroup" }],
        },
      },
      DependsOn: ["RefreshNetworkPolicy", "EgressPrivateRoute", "EgressPrivateRoutes"],
    });
    expect(Resources["EgressNatGateway"]?.DependsOn).toContain("EgressPublicRoute");
    expect(Resources["EgressPublicRoute"]?.DependsOn).toBe("EgressGatewayAttachment");
    expect(Resources["EgressElasticIp"]?.DependsOn).toBe("EgressGatewayAttachment");
  });

  test("goes before Lambda's right to take the function out of the network", () => {
    for (const name of ["EgressPrivateSubnet", "EgressSecurityGroup"]) {
      expect(Resources[name]?.DependsOn).toBe("RefreshNetworkPolicy");
    }
    // Else the policy would go with the role's, while the function still is in the network.
    expect(JSON.stringify(Resources["RefreshRole"])).not.toContain("ec2:");
  });
});
