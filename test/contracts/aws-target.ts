/** Where a contract suite for AWS runs: the fake, or an emulator that evaluates IAM policies. */
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

export interface ContractCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An endpoint to check, and what was prepared there. */
export interface ContractTarget {
  readonly endpoint: string;
  readonly credentials: ContractCredentials;
  readonly region: string;
  /** Of the credentials. */
  readonly account: string;
  /** `credentials` may assume it, and it may get tokens. Best in another account. */
  readonly roleArn: string;
  /** `credentials` may assume it, and it may do nothing. Best in the same account. */
  readonly powerlessRoleArn: string;
  /** Lets time pass for the endpoint. */
  elapse(ms: number): Promise<void>;
  close(): Promise<void>;
}

export function clientConfig(
  { endpoint, credentials, region }: Pick<ContractTarget, "endpoint" | "credentials" | "region">,
  others: { readonly credentials?: ContractCredentials; readonly region?: string } = {},
) {
  return { endpoint, credentials, region, maxAttempts: 1, ...others };
}

/** Credentials of a session, and when they expire. */
export async function assume(target: ContractTarget, roleArn: string, sessionPolicy?: string) {
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: "contract",
    ...(sessionPolicy === undefined ? {} : { Policy: sessionPolicy }),
  });
  const { Credentials: session } = await new STSClient(clientConfig(target)).send(command);
  return {
    accessKeyId: session?.AccessKeyId ?? "",
    secretAccessKey: session?.SecretAccessKey ?? "",
    sessionToken: session?.SessionToken ?? "",
    expiration: session?.Expiration,
  };
}
