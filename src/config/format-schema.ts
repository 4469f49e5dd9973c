/** What a Secret looks like, and who has to start anew to see its content. */
import * as z from "zod";
import { dataKey, emailAddress, mountPath, region, roleArn, workload } from "./fields.ts";
import type {
  AwsCredentialsFormat,
  DockerConfigJsonFormat,
  OpaqueFormat,
} from "./secret-format.ts";

const typeIs = "The Secret's layout.";

const defaultMountPath = "/var/run/secrets/aws";

const maxSessionPolicyCharacters = 2_048;

const dockerConfigJson = z
  .strictObject({
    type: z.literal("dockerconfigjson").describe(typeIs),
    email: emailAddress
      .optional()
      .describe("In every entry, for clients that want an email address. Default: none."),
  })
  .transform(({ type, email }): DockerConfigJsonFormat => ({ type, email }))
  .describe("A pull secret as the kubelet reads it.");

const opaque = z
  .strictObject({
    type: z.literal("opaque").describe(typeIs),
    username: dataKey.describe("Key that holds the username."),
    password: dataKey.describe("Key that holds the password."),
  })
  .transform((given): OpaqueFormat => given)
  .describe("One registry's username and password under keys of your choice.");

const sessionPolicy = z
  .looseObject(
    {
      Version: z.literal("2012-10-17").describe("Of IAM's policy language."),
      Statement: z
        .union([z.array(z.unknown()), z.looseObject({})])
        .describe("What it allows and denies."),
    },
    "an IAM policy with Version and Statement",
  )
  .transform((policy, context) => {
    const written = writeSessionPolicy(policy);
    if ("text" in written) return written.text;
    context.issues.push({ code: "custom", input: policy, message: written.problem });
    return z.NEVER;
  });

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function writeSessionPolicy(policy: object): { text: string } | { problem: string } {
  const text = asJson(policy);
  if (text === undefined) {
    return { problem: "a policy that holds itself is no JSON: expected none of its own aliases" };
  }
  if (text.length > maxSessionPolicyCharacters) {
    const limit = `STS takes a policy of at most ${maxSessionPolicyCharacters} characters`;
    return { problem: `${limit}: expected a shorter one, found ${text.length}` };
  }
  const [odd] = /[^\x20-\xff]/u.exec(text) ?? [];
  return odd === undefined
    ? { text }
    : { problem: `STS takes a policy of characters up to "ÿ": expected no other, found "${odd}"` };
}

/** Undefined where an alias leads back to what it stands in: YAML can write that, and JSON can't. */
function asJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const awsCredentials = z
  .strictObject({
    type: z.literal("awsCredentials").describe(typeIs),
    roleArn: roleArn.describe("Role whose rights the pods get, for an hour at a time."),
    region: region.optional().describe("AWS region for the pods' config. Default: none."),
    sessionPolicy: sessionPolicy
      .optional()
      .describe("An IAM policy that narrows the role for these pods. Default: none."),
    mountPath: mountPath
      .prefault(defaultMountPath)
      .describe(`Where pods mount the secret. Default: ${defaultMountPath}.`),
  })
  .transform(
    (given): AwsCredentialsFormat => ({
      type: "awsCredentials",
      roleArn: given.roleArn,
      region: given.region,
      sessionPolicy: given.sessionPolicy,
      mountPath: given.mountPath,
    }),
  )
  .describe("Short-lived AWS credentials of a role, as files for AWS SDKs in pods.");

export const secretFormat = z
  .discriminatedUnion("type", [dockerConfigJson, opaque, awsCredentials])
  .prefault({ type: "dockerconfigjson" })
  .describe("What the Secret looks like. Default: dockerconfigjson.");

export const workloads = z
  .array(workload)
  .min(1)
  .max(20)
  .optional()
  .describe(
    "Deployments, StatefulSets and DaemonSets of the secret's namespaces that roll once when its " +
      "content has changed, such as deployment/docker-registry. Default: none.",
  );
