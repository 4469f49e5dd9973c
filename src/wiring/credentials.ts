/** Everything that mints, with one AWS session. */
import type { AwsSession } from "../aws/session.ts";
import { createAwsEcrApi } from "../credentials/aws-ecr-api.ts";
import { createAwsEcrPublicApi } from "../credentials/aws-ecr-public-api.ts";
import { createAwsKeptSecretApi } from "../credentials/aws-kept-secret-api.ts";
import { createAwsRoleSource } from "../credentials/aws-role.ts";
import { createAwsStsApi } from "../credentials/aws-sts-api.ts";
import { createCredentialSource } from "../credentials/credential-source.ts";
import { createEcrCredentialSource } from "../credentials/ecr.ts";
import { createEcrPublicCredentialSource } from "../credentials/ecr-public.ts";
import { createStaticCredentialSource } from "../credentials/static.ts";
import type { CredentialSource } from "../refresh/ports.ts";

export interface Credentials extends CredentialSource {
  /** Calls that made a token or a session. */
  callsMade(): number;
}

export function createCredentials({
  session,
  now,
}: {
  readonly session: AwsSession;
  readonly now: () => Date;
}): Credentials {
  const { region } = session;
  const ecr = createEcrCredentialSource({ api: createAwsEcrApi(session), now });
  const ecrPublic = createEcrPublicCredentialSource({
    api: createAwsEcrPublicApi(session),
    now,
    region,
  });
  const kept = createStaticCredentialSource({ api: createAwsKeptSecretApi(session), now, region });
  const role = createAwsRoleSource({ api: createAwsStsApi(session), now });
  const source = createCredentialSource({
    ecr,
    "ecr-public": ecrPublic,
    static: kept,
    "aws-role": role,
  });
  const minting = [ecr, ecrPublic, role];
  const callsMade = () => minting.reduce((sum, each) => sum + each.callsMade(), 0);
  return { ...source, callsMade };
}
