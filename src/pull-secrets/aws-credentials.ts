/**
 * The files of a session of an AWS role, for pods: credentials in the form that SDKs expect of a
 * `credential_process`, and a config whose process prints them. SDKs run it anew before they expire.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
import type { AwsCredentialsFormat } from "../config/secret-format.ts";
import { SecretValue } from "../secret-value.ts";
import { formatTime } from "../times.ts";
import { configFile, credentialsFile } from "./layout.ts";

export interface AwsSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretValue;
  readonly sessionToken: SecretValue;
  readonly expiresAt: Date;
}

export function writeAwsCredentials(
  session: AwsSession,
  format: Pick<AwsCredentialsFormat, "mountPath" | "region">,
): Readonly<Record<string, SecretValue>> {
  return {
    [credentialsFile]: new SecretValue(credentials(session)),
    [configFile]: new SecretValue(writeAwsConfig(format)),
  };
}

/** Without Expiration, SDKs would take it for a credential that never ends, and not look again. */
function credentials(session: AwsSession): string {
  return JSON.stringify({
    Version: 1,
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey.reveal(),
    SessionToken: session.sessionToken.reveal(),
    Expiration: formatTime(session.expiresAt),
  });
}

/** Without a secret in it: the config alone decides it. */
export function writeAwsConfig({
  mountPath,
  region,
}: Pick<AwsCredentialsFormat, "mountPath" | "region">): string {
  const lines = [
    "[default]",
    `credential_process = cat ${mountPath}/${credentialsFile}`,
    ...(region === undefined ? [] : [`region = ${region}`]),
  ];
  return `${lines.join("\n")}\n`;
}
