/**
 * Credentials for ECR Public: one token per role, from the only region that makes any.
 * https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
 */
import { MintError } from "../errors.ts";
import type { RegistryCredential } from "../refresh/credential.ts";
import { type EcrPublicRegistry, ecrPublicHosts } from "../refresh/registries.ts";
import type { MintsFor } from "./credential-source.ts";
import { type RegistryToken, readToken, type TokenAnswer } from "./ecr-token.ts";
import { keepTokens } from "./kept-tokens.ts";

export interface EcrPublicTokenRequest {
  readonly region: typeof ecrPublicRegion;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
}

export interface EcrPublicApi {
  /** @throws MintError */
  getAuthorizationToken(request: EcrPublicTokenRequest): Promise<TokenAnswer>;
}

export interface EcrPublicCredentialSource extends MintsFor<EcrPublicRegistry, RegistryCredential> {
  /** How many GetAuthorizationToken calls this source has made so far. */
  callsMade(): number;
}

/** https://docs.aws.amazon.com/general/latest/gr/ecr-public.html */
const ecrPublicRegion = "us-east-1";

/** Of AWS's other partitions, whose credentials no call in us-east-1 takes. */
const otherPartition = /^(?:cn|us-gov|eusc|(?:us|eu)-iso[a-z]?)-/;

export function createEcrPublicCredentialSource(deps: {
  readonly api: EcrPublicApi;
  readonly now: () => Date;
  /** Where the caller's own credentials are at home. */
  readonly region: string;
}): EcrPublicCredentialSource {
  const tokens = keepTokens<RegistryToken>(deps.now);
  const region = ecrPublicRegion;
  return {
    async mint({ roleArn }) {
      if (otherPartition.test(deps.region)) throw notThere(deps.region);
      if (roleArn?.startsWith("arn:aws:") === false) throw notThere(roleArn);
      const token = await tokens.tokenFor(JSON.stringify([roleArn]), async (issuedAt) => {
        const answer = await deps.api.getAuthorizationToken({ region, roleArn });
        return readToken(answer, issuedAt, { service: "ECR Public", region });
      });
      return { kind: "login", ...token, hosts: ecrPublicHosts };
    },
    covers: (_, host) => ecrPublicHosts.includes(host),
    callsMade: tokens.callsMade,
  };
}

function notThere(place: string): MintError {
  return new MintError(
    "denied",
    `ECR Public makes tokens in ${ecrPublicRegion} only, and none for credentials of ${place}, which is in another partition of AWS`,
    { hint: "Leave ecr-public out there: public.ecr.aws can be pulled from without a login." },
  );
}
