/** What to do about a deploy, or a removal, that failed: beyond what Serverless says. Pure. */
import * as z from "zod";
import { readDenial } from "../../aws/denial.ts";
import { translateAwsError } from "../../aws/errors.ts";

/** As Serverless throws it: an error of its own, or one of the SDK's. */
const errorSchema = z.object({
  name: z.string().catch(""),
  code: z.string().catch(""),
  message: z.string().catch(""),
});

/** Where Serverless speaks only of sufficient permissions. */
const hiddenActions: Readonly<Record<string, string>> = {
  AWS_S3_HEAD_BUCKET_FORBIDDEN: "s3:ListBucket",
  AWS_S3_HEAD_OBJECT_FORBIDDEN: "s3:GetObject",
  AWS_S3_LIST_OBJECTS_V2_ACCESS_DENIED: "s3:ListBucket",
  AWS_S3_UPLOAD_ACCESS_DENIED: "s3:PutObject",
  CANNOT_DELETE_S3_OBJECTS_ACCESS_DENIED: "s3:DeleteObject",
};

/** Undefined: there is nothing to add. */
export function explainFailure(error: unknown, region: string): string | undefined {
  const { data } = errorSchema.safeParse(error);
  if (data === undefined) {
    return undefined;
  }
  return explainDenial(data) ?? explainAccess(error, data.code, region);
}

function explainDenial({ code, message }: z.output<typeof errorSchema>): string | undefined {
  const {
    principal = "whoever deploys",
    action = hiddenActions[code],
    denier,
  } = readDenial(message);
  if (action === undefined) {
    return undefined;
  }
  return denier === undefined
    ? `Allow ${action} in a policy of ${principal}. All that a deploy needs: docs/deploy-policy.json`
    : `Remove the explicit deny of ${action} in the ${denier}.`;
}

const missingCredentials = new Set(["AWS_CREDENTIALS_NOT_FOUND", "UNRECOGNIZED_AWS_PROFILE"]);

/** AWS wasn't reached, or doesn't know who is calling. */
function explainAccess(error: unknown, code: string, region: string): string | undefined {
  const call = { action: "cloudformation:DescribeStacks", region } as const;
  if (missingCredentials.has(code)) {
    return translateAwsError({ name: "CredentialsProviderError" }, call).hint;
  }
  const { kind, hint } = translateAwsError(error, call);
  return isOfSdk(error) && (kind === "no-credentials" || kind === "unreachable") ? hint : undefined;
}

function isOfSdk(error: unknown): boolean {
  return error instanceof Error && "$metadata" in error;
}
