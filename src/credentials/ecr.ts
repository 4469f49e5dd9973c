/** Credentials for ECR's private registries: one token per (role, region), fanned out to hosts. */
import type { RegistryCredential } from "../refresh/credential.ts";
import type { EcrRegistry } from "../refresh/registries.ts";
import type { MintsFor } from "./credential-source.ts";
import { type EcrDomain, ecrHosts, isHostOf, readProxyEndpoint } from "./ecr-hosts.ts";
import { type RegistryToken, readToken, type TokenAnswer } from "./ecr-token.ts";
import { keepTokens } from "./kept-tokens.ts";

export interface EcrTokenRequest {
  readonly region: string;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
}

export interface EcrTokenAnswer extends TokenAnswer {
  readonly proxyEndpoint: string;
}

export interface EcrApi {
  /** @throws MintError */
  getAuthorizationToken(request: EcrTokenRequest): Promise<EcrTokenAnswer>;
}

export interface EcrCredentialSource extends MintsFor<EcrRegistry, RegistryCredential> {
  /** How many GetAuthorizationToken calls this source has made so far. */
  callsMade(): number;
}

interface EcrToken extends RegistryToken {
  readonly domain: EcrDomain;
}

export function createEcrCredentialSource(deps: {
  readonly api: EcrApi;
  readonly now: () => Date;
}): EcrCredentialSource {
  const tokens = keepTokens<EcrToken>(deps.now);

  async function requestToken(request: EcrTokenRequest, issuedAt: Date): Promise<EcrToken> {
    const answer = await deps.api.getAuthorizationToken(request);
    const { region } = request;
    const token = readToken(answer, issuedAt, { service: "ECR", region });
    return { ...token, domain: readProxyEndpoint(answer.proxyEndpoint, region) };
  }

  return {
    async mint(registry) {
      const { region, roleArn } = registry;
      const key = JSON.stringify([roleArn, region]);
      const { domain, ...token } = await tokens.tokenFor(key, (issuedAt) =>
        requestToken({ region, roleArn }, issuedAt),
      );
      return { kind: "login", ...token, hosts: ecrHosts(registry, domain) };
    },
    covers: isHostOf,
    callsMade: tokens.callsMade,
  };
}
