import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { AwsCall } from "../../../src/aws/call.ts";
import { translateAwsError } from "../../../src/aws/errors.ts";
import { AwsError, MintError, StoreError } from "../../../src/errors.ts";

const mint: AwsCall = { action: "ecr:GetAuthorizationToken", region: "eu-west-1" };
const assume: AwsCall = {
  action: "sts:AssumeRole",
  region: "eu-west-1",
  roleArn: "arn:aws:iam::123456789012:role/pull",
};
const read: AwsCall = {
  action: "secretsmanager:GetSecretValue",
  region: "eu-west-1",
  secret: "ecr-pull-secrets/dev/clusters/prod-eu",
};
const topicArn = "arn:aws:sns:eu-west-1:123456789012:ecr-pull-secrets-dev-alarms";
const tell: AwsCall = {
  action: "sns:Publish",
  region: "eu-west-1",
  resource: `topic ${topicArn}`,
};
const user = "User: arn:aws:iam::123456789012:user/ci";

describe("an error of the SDK", () => {
  test.each([
    ["AccessDeniedException", mint, "denied", "AWS denied ecr:GetAuthorizationToken in eu-west-1"],
    ["AccessDenied", assume, "denied", `AWS denied sts:AssumeRole on ${assume.roleArn}`],
    ["RegionDisabledException", assume, "denied", "STS is not activated in eu-west-1"],
    ["ThrottlingException", mint, "throttled", "AWS throttled ecr:GetAuthorizationToken"],
    ["Throttling", assume, "throttled", "AWS throttled sts:AssumeRole"],
    ["CredentialsProviderError", mint, "no-credentials", "no AWS credentials found"],
    ["ExpiredTokenException", mint, "no-credentials", "have expired"],
    ["ExpiredToken", assume, "no-credentials", "have expired"],
    ["UnrecognizedClientException", mint, "no-credentials", "doesn't know the access key"],
    ["InvalidClientTokenId", assume, "no-credentials", "doesn't know the access key"],
    ["InvalidSignatureException", mint, "no-credentials", "refused the signature"],
    ["SignatureDoesNotMatch", assume, "no-credentials", "refused the signature"],
    ["TimeoutError", mint, "unreachable", "no answer to"],
    ["SyntaxError", mint, "malformed", "isn't one that AWS gives"],
    ["AccessDeniedException", read, "denied", `secretsmanager:GetSecretValue on ${read.secret} in`],
    ["DecryptionFailure", read, "denied", `KMS key of the secret for ${read.action}`],
    [
      "AuthorizationErrorException",
      tell,
      "denied",
      `AWS denied sns:Publish on ${tell.resource} in`,
    ],
    ["KMSAccessDeniedException", tell, "denied", `can't use the KMS key for sns:Publish on`],
    ["KmsDisabled", tell, "denied", `can't use the KMS key for sns:Publish on`],
    ["KMSThrottlingException", tell, "throttled", `AWS throttled sns:Publish on`],
    ["ThrottlingException", read, "throttled", `AWS throttled ${read.action} on ${read.secret}`],
    ["SomethingNew", mint, "unreachable", "failed before AWS answered (SomethingNew)"],
  ] as const)("%s of %o is %s", (name, call, kind, message) => {
    const error = translateAwsError(Object.assign(new Error("x"), { name }), call);
    expect(error).toBeInstanceOf(AwsError);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/\S/);
  });

  test.each([
    ["ENOTFOUND", "has no address (ENOTFOUND)", "eu-west-1"],
    ["EAI_AGAIN", "has no address (EAI_AGAIN)", "DNS"],
    ["ECONNREFUSED", "no answer to", "network"],
    ["ETIMEDOUT", "no answer to", "network"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "is not trusted", "NODE_EXTRA_CA_CERTS"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "is not trusted", "NODE_EXTRA_CA_CERTS"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "is not trusted", "NODE_EXTRA_CA_CERTS"],
  ])("with code %s is unreachable", (code, message, hint) => {
    const error = translateAwsError(Object.assign(new Error("x"), { code }), mint);
    expect(error).toMatchObject({ kind: "unreachable" });
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test.each([
    [400, "denied", "AWS refused ecr:GetAuthorizationToken in eu-west-1 (Error, status 400)"],
    [429, "throttled", "AWS throttled"],
    [500, "unreachable", "status 500"],
    [302, "malformed", "isn't one that AWS gives"],
    [200, "malformed", "isn't one that AWS gives"],
  ])("with status %i and no known name is %s", (httpStatusCode, kind, message) => {
    const thrown = Object.assign(new Error("x"), { $metadata: { httpStatusCode } });
    const error = translateAwsError(thrown, mint);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(message);
  });

  test("that says which policy denies it leads to that policy", () => {
    const error = denied(
      `${user} is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny in a service control policy`,
    );
    expect(error.hint).toBe("Remove the explicit deny in the service control policy.");
  });

  test("that denies another right than the one asked for leads to that", () => {
    const call: AwsCall = { ...read, action: "secretsmanager:CreateSecret" };
    const message = `${user} is not authorized to perform: secretsmanager:TagResource on resource: x`;
    const thrown = Object.assign(new Error(message), { name: "AccessDeniedException" });
    expect(translateAwsError(thrown, call).hint).toMatch(/^Allow secretsmanager:TagResource on /);
  });

  test("that denies to write a secret says which rights to its key that needs", () => {
    const call: AwsCall = { ...read, action: "secretsmanager:PutSecretValue" };
    const thrown = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    expect(translateAwsError(thrown, call).hint).toMatch(
      /, also kms:Decrypt and kms:GenerateDataKey on that\.$/,
    );
  });

  test("that denies something else names it", () => {
    const resource = "function ecr-pull-secrets-dev-refresh";
    const call: AwsCall = { action: "lambda:InvokeFunction", region: "us-east-1", resource };
    const thrown = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    expect(translateAwsError(thrown, call)).toMatchObject({
      message: `AWS denied lambda:InvokeFunction on ${resource} in us-east-1`,
      hint: `Allow lambda:InvokeFunction on ${resource} in a policy of the caller.`,
    });
  });

  test("that denies a secret says that its key may be the reason", () => {
    const thrown = Object.assign(new Error(user), { name: "AccessDeniedException" });
    expect(translateAwsError(thrown, read).hint).toBe(
      "Allow secretsmanager:GetSecretValue on that secret in a policy of arn:aws:iam::123456789012:user/ci; if the secret has a KMS key of its own, also kms:Decrypt on that.",
    );
  });

  test("about a session of SSO says how to sign in", () => {
    const thrown = Object.assign(new Error("The SSO session has expired. Run aws sso login"), {
      name: "CredentialsProviderError",
    });
    const error = translateAwsError(thrown, mint);
    expect(error.message).toContain("the SSO session is missing or has expired");
    expect(error.hint).toContain("aws sso login");
  });

  test.each([AwsError, MintError, StoreError])(
    "that is already translated keeps what it says, as the class that is asked for: %o",
    (errorClass) => {
      const inner = new AwsError("denied", "AWS denied sts:AssumeRole", { hint: "Allow it." });
      const error = translateAwsError(inner, mint, errorClass);
      expect(error).toBeInstanceOf(errorClass);
      expect(error).toMatchObject({
        name: errorClass.name,
        kind: "denied",
        message: "AWS denied sts:AssumeRole",
        hint: "Allow it.",
      });
    },
  );
});

describe("hostile errors", () => {
  test.each([
    ["no error at all", undefined],
    ["a text", "canary"],
    ["null", null],
    ["a name with escapes", Object.assign(new Error("canary"), { name: "\u001b[31mcanary" })],
    ["a very long name", Object.assign(new Error("canary"), { name: "canary".repeat(1_000) })],
    ["a name that isn't text", { name: { canary: 1 }, message: 7, $metadata: "canary" }],
    ["a code with escapes", { code: "canary\r\n", message: "canary" }],
    ["a raw answer", Object.assign(new Error("canary"), { $response: { body: "canary" } })],
    ["a cause", new Error("canary", { cause: "canary" })],
  ])("become an AwsError that doesn't quote them: %s", (_, thrown) => {
    const error = translateAwsError(thrown, mint);
    expect(error).toBeInstanceOf(AwsError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary");
  });

  test.each([
    ["a principal that isn't an ARN", "User: canary is not authorized to perform: x"],
    ["escapes in the principal", "User: \u001b[31mcanary is not authorized"],
    ["text behind the principal", `${user} canary`],
    ["a policy that isn't one", `${user} with an explicit deny in a canary\n policy`],
  ])("don't get into the message with %s", (_, message) => {
    const error = denied(message);
    expect(`${error.message} ${error.hint}`).not.toContain("canary");
  });
});

function denied(message: string): AwsError {
  const thrown = Object.assign(new Error(message), { name: "AccessDeniedException" });
  return translateAwsError(thrown, mint);
}
