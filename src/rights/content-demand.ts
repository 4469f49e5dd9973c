/**
 * What a Secret that isn't a kubelet's may hold. Pods read it as environment or as files, so a key
 * too many is more than rubbish: it may be a variable that says what to run. Pure.
 */
import type { SecretFormat } from "../config/secret-format.ts";
import { writeAwsConfig } from "../pull-secrets/aws-credentials.ts";
import { configFile, layoutOf } from "../pull-secrets/layout.ts";

export interface ContentDemand {
  readonly type: string;
  readonly keys: readonly string[];
  /** Text by key, of what the config alone decides: it may hold nothing else. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/** @returns undefined of a pull secret as the kubelet reads it: its type says it all */
export function contentDemandOf(format: SecretFormat): ContentDemand | undefined {
  if (format.type === "dockerconfigjson") return undefined;
  const { type, keys } = layoutOf(format);
  return format.type === "awsCredentials"
    ? // It names a command that the pods run.
      { type, keys, fixed: { [configFile]: writeAwsConfig(format) } }
    : { type, keys: [...new Set(keys)].sort() };
}
