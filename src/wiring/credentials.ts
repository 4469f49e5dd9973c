/** Everything that mints, with one AWS session. */
import type { AwsSession } from "../aws/session.ts";
import { createAwsEcrApi } from "../credentials/aws-ecr-api.ts";
import { createAwsRoleSource } from "../credentials/aws-role.ts";
import { createAwsStsApi } from "../credentials/aws-sts-api.ts";
import { createCredentialSource } from "../credentials/credential-source.ts";
import { createEcrCredentialSource } from "../credentials/ecr.ts";
import { MintError } from "../errors.ts";
import type { CredentialSource } from "../refresh/ports.ts";

export interface Credentials extends CredentialSource {
  /** Calls that made a token or a session. */
  callsMade(): number;
}

export function createCredentials(world: {
  readonly session: AwsSession;
  readonly now: () => Date;
}): Credentials {
  const ecr = createEcrCredentialSource({ api: createAwsEcrApi(world.session), now: world.now });
  const role = createAwsRoleSource({ api: createAwsStsApi(world.session), now: world.now });
  const unbuilt = {
    mint: async () => {
      throw new MintError("malformed", "not built yet");
    },
    covers: () => false,
  };
  const source = createCredentialSource({
    ecr,
    "ecr-public": unbuilt,
    static: unbuilt,
    "aws-role": role,
  });
  return { ...source, callsMade: () => ecr.callsMade() + role.callsMade() };
}
