/**
 * What CloudFormation does, with the rights of whoever deploys, to make, change and remove one
 * resource of a type: the `handlers` of the type's schema, without what this stack makes no use of.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */

const logGroup = [
  "logs:CreateLogGroup",
  "logs:DeleteLogGroup",
  "logs:DescribeLogGroups",
  "logs:PutRetentionPolicy",
  "logs:DeleteRetentionPolicy",
  "logs:GetDataProtectionPolicy",
  "logs:ListTagsForResource",
  "logs:TagResource",
  "logs:UntagResource",
  "logs:AssociateKmsKey",
  "logs:DisassociateKmsKey",
];

const lambdaFunction = [
  "lambda:CreateFunction",
  "lambda:DeleteFunction",
  "lambda:GetFunction",
  "lambda:UpdateFunctionCode",
  "lambda:UpdateFunctionConfiguration",
  "lambda:GetFunctionCodeSigningConfig",
  "lambda:GetRuntimeManagementConfig",
  "lambda:PutFunctionConcurrency",
  "lambda:DeleteFunctionConcurrency",
  "lambda:ListTags",
  "lambda:TagResource",
  "lambda:UntagResource",
  "iam:PassRole",
  "s3:GetObject",
];

const role = [
  "iam:CreateRole",
  "iam:DeleteRole",
  "iam:GetRole",
  "iam:UpdateRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:GetRolePolicy",
  "iam:PutRolePolicy",
  "iam:DeleteRolePolicy",
  "iam:ListRolePolicies",
  "iam:ListAttachedRolePolicies",
  "iam:PutRolePermissionsBoundary",
  "iam:DeleteRolePermissionsBoundary",
  "iam:TagRole",
  "iam:UntagRole",
];

export const resourceRights: Readonly<Record<string, readonly string[]>> = {
  "AWS::CloudWatch::Alarm": [
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
  ],
  "AWS::CloudWatch::Dashboard": [
    "cloudwatch:PutDashboard",
    "cloudwatch:GetDashboard",
    "cloudwatch:DeleteDashboards",
  ],
  "AWS::Events::Rule": [
    "events:PutRule",
    "events:DeleteRule",
    "events:DescribeRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "events:ListTargetsByRule",
    "events:ListTagsForResource",
    "events:TagResource",
    "events:UntagResource",
  ],
  "AWS::IAM::Policy": ["iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"],
  "AWS::IAM::Role": role,
  "AWS::Lambda::EventSourceMapping": [
    "lambda:CreateEventSourceMapping",
    "lambda:UpdateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:GetEventSourceMapping",
    "lambda:ListTags",
    "lambda:TagResource",
    "lambda:UntagResource",
  ],
  "AWS::Lambda::Function": lambdaFunction,
  "AWS::Lambda::Permission": [
    "lambda:AddPermission",
    "lambda:RemovePermission",
    "lambda:GetPolicy",
  ],
  "AWS::Logs::LogGroup": logGroup,
  "AWS::Logs::QueryDefinition": [
    "logs:PutQueryDefinition",
    "logs:DeleteQueryDefinition",
    "logs:DescribeQueryDefinitions",
  ],
  "AWS::S3::Bucket": [
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:ListBucket",
    "s3:GetEncryptionConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:GetBucketTagging",
    "s3:PutBucketTagging",
  ],
  "AWS::S3::BucketPolicy": ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
  "AWS::SNS::Subscription": [
    "sns:Subscribe",
    "sns:Unsubscribe",
    "sns:GetSubscriptionAttributes",
    "sns:ListSubscriptionsByTopic",
  ],
  "AWS::SNS::Topic": [
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:SetTopicAttributes",
    "sns:GetDataProtectionPolicy",
    "sns:ListTagsForResource",
    "sns:TagResource",
    "sns:UntagResource",
    "sns:ListSubscriptionsByTopic",
  ],
  "AWS::SQS::Queue": [
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
    "sqs:SetQueueAttributes",
    "sqs:ListQueueTags",
    "sqs:TagQueue",
    "sqs:UntagQueue",
  ],
};

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
