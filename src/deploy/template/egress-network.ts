/**
 * A network of the stack's own, with one way out: function → private subnet → NAT gateway → a fixed
 * address. In one availability zone: another one is another gateway, and another address.
 */
import { stackNames } from "../../stack/names.ts";
import { getAtt, type Resource, ref, type TemplatePart } from "./part.ts";

export const egressSubnet = "EgressPrivateSubnet";
export const egressSecurityGroup = "EgressSecurityGroup";
/** Without these, nothing gets out of the private subnet. */
export const egressRoutes = ["EgressPrivateRoute", "EgressPrivateRoutes"];

/** Never connected to another network, so that any range does. */
const ranges = { vpc: "10.0.0.0/24", public: "10.0.0.0/28", private: "10.0.0.128/25" };

/** Both subnets in one: traffic between zones costs, and each could be down alone. */
const zone = { "Fn::Select": [0, { "Fn::GetAZs": "" }] };

const anywhere = "0.0.0.0/0";

/**
 * @param lambdasRight by which Lambda removes the function's network interfaces: it has to be there
 * until they are gone, or subnet and security group couldn't be deleted
 */
export function egressNetwork(stage: string, lambdasRight: string): TemplatePart {
  const Tags = [{ Key: "Name", Value: stackNames(stage).stack }];
  const vpc = ref("EgressVpc");
  return {
    resources: {
      EgressVpc: resource("VPC", { CidrBlock: ranges.vpc, Tags }),
      EgressInternetGateway: resource("InternetGateway", { Tags }),
      EgressGatewayAttachment: resource("VPCGatewayAttachment", {
        VpcId: vpc,
        InternetGatewayId: ref("EgressInternetGateway"),
      }),
      ...publicSide(vpc, Tags),
      ...privateSide(vpc, Tags, lambdasRight),
    },
    outputs: {
      EgressAddress: {
        Description: "The address from which the clusters' API servers are called.",
        Value: ref("EgressElasticIp"),
      },
    },
  };
}

function publicSide(vpc: object, Tags: object): Record<string, Resource> {
  return {
    EgressPublicSubnet: resource("Subnet", {
      VpcId: vpc,
      CidrBlock: ranges.public,
      AvailabilityZone: zone,
      Tags,
    }),
    EgressPublicRouteTable: resource("RouteTable", { VpcId: vpc, Tags }),
    EgressPublicRoutes: resource("SubnetRouteTableAssociation", {
      SubnetId: ref("EgressPublicSubnet"),
      RouteTableId: ref("EgressPublicRouteTable"),
    }),
    EgressPublicRoute: {
      ...resource("Route", {
        RouteTableId: ref("EgressPublicRouteTable"),
        DestinationCidrBlock: anywhere,
        GatewayId: ref("EgressInternetGateway"),
      }),
      DependsOn: "EgressGatewayAttachment",
    },
    // An address can't be given back while its VPC's gateway is being detached.
    EgressElasticIp: {
      ...resource("EIP", { Domain: "vpc", Tags }),
      DependsOn: "EgressGatewayAttachment",
    },
    EgressNatGateway: {
      ...resource("NatGateway", {
        AllocationId: getAtt("EgressElasticIp", "AllocationId"),
        SubnetId: ref("EgressPublicSubnet"),
        Tags,
      }),
      DependsOn: ["EgressPublicRoute", "EgressPublicRoutes"],
    },
  };
}

function privateSide(vpc: object, Tags: object, lambdasRight: string): Record<string, Resource> {
  return {
    [egressSubnet]: {
      ...resource("Subnet", {
        VpcId: vpc,
        CidrBlock: ranges.private,
        AvailabilityZone: zone,
        Tags,
      }),
      DependsOn: lambdasRight,
    },
    EgressPrivateRouteTable: resource("RouteTable", { VpcId: vpc, Tags }),
    EgressPrivateRoutes: resource("SubnetRouteTableAssociation", {
      SubnetId: ref(egressSubnet),
      RouteTableId: ref("EgressPrivateRouteTable"),
    }),
    EgressPrivateRoute: resource("Route", {
      RouteTableId: ref("EgressPrivateRouteTable"),
      DestinationCidrBlock: anywhere,
      NatGatewayId: ref("EgressNatGateway"),
    }),
    // Out only. An API server or its proxy may listen on any port; names are resolved by the VPC
    // itself, which no security group sees.
    [egressSecurityGroup]: {
      ...resource("SecurityGroup", {
        GroupDescription: "Lets the refresh function out, and nobody in.",
        VpcId: vpc,
        SecurityGroupIngress: [],
        SecurityGroupEgress: [{ IpProtocol: "tcp", FromPort: 1, ToPort: 65_535, CidrIp: anywhere }],
        Tags,
      }),
      DependsOn: lambdasRight,
    },
  };
}

function resource(type: string, Properties: Resource["Properties"]): Resource {
  return { Type: `AWS::EC2::${type}`, Properties };
}
