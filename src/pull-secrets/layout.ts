/** The type of a Secret, and the keys of its data, by format. Pure. */
import type { SecretFormat } from "../config/secret-format.ts";
import { dockerConfigJsonKey, dockerConfigJsonType, opaqueType } from "./names.ts";

export interface SecretLayout {
  readonly type: string;
  /** Every key that we write, and none that is written only at times. */
  readonly keys: readonly string[];
}

/** As `config` in the pods' AWS_CONFIG_FILE names it. */
export const credentialsFile = "credentials.json";
export const configFile = "config";

export function layoutOf(format: SecretFormat): SecretLayout {
  switch (format.type) {
    case "dockerconfigjson":
      return { type: dockerConfigJsonType, keys: [dockerConfigJsonKey] };
    case "opaque":
      return { type: opaqueType, keys: [format.username, format.password] };
    case "awsCredentials":
      return { type: opaqueType, keys: [credentialsFile, configFile] };
  }
}
