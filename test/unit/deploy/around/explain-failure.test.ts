import { expect, test } from "vitest";
import { explainFailure } from "../../../../src/deploy/around/explain-failure.ts";

const who = "arn:aws:sts::123456789012:assumed-role/deploy/ci";
const all = "All that a deploy needs: docs/deploy-policy.json";
const login =
  "Sign in (`aws sso login`), name a profile that exists (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";

/** As the SDK throws it. */
function ofSdk(name: string, message: string, more: object = {}): Error {
  const $metadata = { httpStatusCode: 403, attempts: 1 };
  return Object.assign(new Error(message), { name, $metadata, ...more });
}

/** As Serverless throws it. */
function ofServerless(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: "ServerlessError", code });
}

test.each([
  [
    "a denied call names the right that is missing",
    ofSdk(
      "AccessDenied",
      `User: ${who} is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:us-east-1:123456789012:stack/ecr-pull-secrets-prod/* because no identity-based policy allows the cloudformation:CreateChangeSet action`,
    ),
    `Allow cloudformation:CreateChangeSet in a policy of ${who}. ${all}`,
  ],
  [
    "so does a resource that CloudFormation wasn't allowed to make",
    ofServerless(
      "AWS_CLOUD_FORMATION_CREATE_STACK_INTERNAL_INSUFFICIENT_PERMISSIONS",
      `An error occurred: DispatchRole - Resource handler returned message: "User: ${who} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/ecr-pull-secrets-prod-dispatch-us-east-1 because no identity-based policy allows the iam:CreateRole action (Service: Iam, Status Code: 403, Request ID: x)".`,
    ),
    `Allow iam:CreateRole in a policy of ${who}. ${all}`,
  ],
  [
    "and one of a service that writes its own name in capitals",
    ofServerless(
      "AWS_CLOUD_FORMATION_CREATE_STACK_INTERNAL_SNS_TOPIC_CREATE_FAILED",
      `User: ${who} is not authorized to perform: SNS:CreateTopic on resource: x (Service: Sns)`,
    ),
    `Allow sns:CreateTopic in a policy of ${who}. ${all}`,
  ],
  [
    "a policy that forbids it isn't helped by another one that allows it",
    ofSdk(
      "AccessDenied",
      `User: ${who} is not authorized to perform: iam:CreateRole on resource: x with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-1/p-1`,
    ),
    "Remove the explicit deny of iam:CreateRole in the service control policy.",
  ],
  [
    "the bucket's rights are named where Serverless names none",
    ofServerless("AWS_S3_HEAD_BUCKET_FORBIDDEN", "Could not access the deployment bucket."),
    `Allow s3:ListBucket in a policy of whoever deploys. ${all}`,
  ],
  [
    "without credentials, ways to get some",
    ofServerless("AWS_CREDENTIALS_NOT_FOUND", "AWS provider credentials not found."),
    login,
  ],
  [
    "with a profile that doesn't exist, others",
    ofServerless("UNRECOGNIZED_AWS_PROFILE", 'AWS profile "x" doesn\'t seem to be configured'),
    login,
  ],
  [
    "credentials that have expired",
    ofSdk("ExpiredToken", "The security token included in the request is expired"),
    "Get new ones: `aws sso login`, or a new AWS_SESSION_TOKEN.",
  ],
  [
    "no connection",
    ofSdk("Error", "connect ECONNREFUSED 127.0.0.1:1", {
      code: "ECONNREFUSED",
      $metadata: { attempts: 5 },
    }),
    "Check the network, a proxy, and AWS_ENDPOINT_URL if it is set.",
  ],
  [
    "a region that doesn't exist",
    ofSdk("Error", "getaddrinfo ENOTFOUND cloudformation.us-esat-1.amazonaws.com", {
      code: "ENOTFOUND",
      $metadata: { attempts: 5 },
    }),
    "Check the region's name (us-esat-1), the network and DNS.",
  ],
])("%s", (_, error, expected) => {
  expect(explainFailure(error, "us-esat-1")).toBe(expected);
});

test.each([
  ["a template that CloudFormation refuses", ofSdk("ValidationError", "Template format error")],
  [
    "a stack that failed for its own reasons",
    ofServerless("AWS_CLOUD_FORMATION_CREATE_STACK_INTERNAL_LAMBDA_FUNCTION_CREATE_FAILED", "No."),
  ],
  ["a bug", new TypeError("undefined is not a function")],
  ["what isn't an error", "no"],
  ["nothing", undefined],
])("of %s, Serverless says all that is known", (_, error) => {
  expect(explainFailure(error, "us-east-1")).toBeUndefined();
});
