/** As `resource-rights.ts`, of the networks that a stage may have with `aws.vpc`. */

const network = [
  "ec2:CreateTags",
  "ec2:DeleteTags",
  "ec2:DescribeVpcs",
  "ec2:DescribeSubnets",
  "ec2:DescribeRouteTables",
];

/** Of the network that a stage with `aws.vpc.fixedEgress` has. */
export const networkRights: Readonly<Record<string, readonly string[]>> = {
  "AWS::EC2::EIP": [
    "ec2:AllocateAddress",
    "ec2:ReleaseAddress",
    "ec2:DescribeAddresses",
    "ec2:DisassociateAddress",
    ...network,
  ],
  "AWS::EC2::InternetGateway": [
    "ec2:CreateInternetGateway",
    "ec2:DeleteInternetGateway",
    "ec2:DescribeInternetGateways",
    ...network,
  ],
  "AWS::EC2::NatGateway": [
    "ec2:CreateNatGateway",
    "ec2:DeleteNatGateway",
    "ec2:DescribeNatGateways",
    ...network,
  ],
  "AWS::EC2::Route": ["ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute", ...network],
  "AWS::EC2::RouteTable": ["ec2:CreateRouteTable", "ec2:DeleteRouteTable", ...network],
  "AWS::EC2::SecurityGroup": [
    "ec2:CreateSecurityGroup",
    "ec2:DeleteSecurityGroup",
    "ec2:DescribeSecurityGroups",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupEgress",
    ...network,
  ],
  "AWS::EC2::Subnet": [
    "ec2:CreateSubnet",
    "ec2:DeleteSubnet",
    // Fn::GetAZs asks it.
    "ec2:DescribeAvailabilityZones",
    ...network,
  ],
  "AWS::EC2::SubnetRouteTableAssociation": [
    "ec2:AssociateRouteTable",
    "ec2:DisassociateRouteTable",
    "ec2:ReplaceRouteTableAssociation",
    ...network,
  ],
  "AWS::EC2::VPC": [
    "ec2:CreateVpc",
    "ec2:DeleteVpc",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeSecurityGroups",
    ...network,
  ],
  "AWS::EC2::VPCGatewayAttachment": [
    "ec2:AttachInternetGateway",
    "ec2:DetachInternetGateway",
    "ec2:DescribeInternetGateways",
    ...network,
  ],
};

/** Of a function in any network. */
export const vpcFunctionRights = [
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  // Before a network goes, its interfaces have to.
  "ec2:DescribeNetworkInterfaces",
];
