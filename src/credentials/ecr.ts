/** Credentials for ECR's private registries: one token per (role, region), fanned out to hosts. */
import { MintError } from "../errors.ts";
import type { RegistryCredential } from "../refresh/ports.ts";
import type { EcrRegistry } from "../refresh/registries.ts";
import type { SecretValue } from "../secret-value.ts";
import type { MintsFor } from "./credential-source.ts";
import { type EcrDomain, ecrHosts, isHostOf, readProxyEndpoint } from "./ecr-hosts.ts";
import { type RegistryLogin, readAuthorizationToken } from "./ecr-token.ts";

export interface EcrTokenRequest {
  readonly region: string;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
}

export interface EcrTokenAnswer {
  /** Base64 of `AWS:<password>`. */
  readonly authorizationToken: SecretValue;
  readonly proxyEndpoint: string;
  readonly expiresAt: Date;
}

export interface EcrApi {
  /** @throws MintError */
  getAuthorizationToken(request: EcrTokenRequest): Promise<EcrTokenAnswer>;
}

export interface EcrCredentialSource extends MintsFor<EcrRegistry, RegistryCredential> {
  /** How many GetAuthorizationToken calls this source has made so far. */
  callsMade(): number;
}

interface EcrToken extends RegistryLogin {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly domain: EcrDomain;
}

const longestKeepMs = 30 * 60_000;
/**
 * From 45 % of a token's life on, a secret that holds it is due. Kept longer than this share, a
 * token would be written over itself, sweep after sweep.
 */
const keptShareOfLife = 0.4;

export function createEcrCredentialSource(deps: {
  readonly api: EcrApi;
  readonly now: () => Date;
}): EcrCredentialSource {
  const kept = new Map<string, EcrToken>();
  const inFlight = new Map<string, Promise<EcrToken>>();
  let callsMade = 0;

  async function requestToken(key: string, request: EcrTokenRequest): Promise<EcrToken> {
    callsMade += 1;
    const issuedAt = deps.now();
    const token = readAnswer(await deps.api.getAuthorizationToken(request), request, issuedAt);
    kept.set(key, token);
    return token;
  }

  async function tokenFor({ region, roleArn }: EcrRegistry): Promise<EcrToken> {
    const key = JSON.stringify([roleArn, region]);
    const known = kept.get(key);
    if (known !== undefined && isWorthKeeping(known, deps.now())) {
      return known;
    }
    // A failure reaches all who wait for it now; who asks later tries again.
    const call =
      inFlight.get(key) ??
      requestToken(key, { region, roleArn }).finally(() => inFlight.delete(key));
    inFlight.set(key, call);
    return call;
  }

  return {
    mint: async (registry) => credentialFor(registry, await tokenFor(registry)),
    covers: isHostOf,
    callsMade: () => callsMade,
  };
}

function isWorthKeeping({ issuedAt, expiresAt }: EcrToken, at: Date): boolean {
  const ageMs = at.getTime() - issuedAt.getTime();
  const lifeMs = expiresAt.getTime() - issuedAt.getTime();
  return ageMs < Math.min(longestKeepMs, lifeMs * keptShareOfLife);
}

/** Read whole before it is kept: a malformed answer must not be served for half an hour. */
function readAnswer(answer: EcrTokenAnswer, request: EcrTokenRequest, issuedAt: Date): EcrToken {
  if (answer.expiresAt <= issuedAt) {
    throw new MintError(
      "malformed",
      `the token that ECR in ${request.region} answered expired at ${answer.expiresAt.toISOString()}, before it was asked for`,
      { hint: "Check this machine's clock." },
    );
  }
  return {
    ...readAuthorizationToken(answer.authorizationToken),
    issuedAt,
    expiresAt: answer.expiresAt,
    domain: readProxyEndpoint(answer.proxyEndpoint, request.region),
  };
}

function credentialFor(registry: EcrRegistry, token: EcrToken): RegistryCredential {
  const { username, password, issuedAt, expiresAt, domain } = token;
  return {
    kind: "login",
    username,
    password,
    issuedAt,
    expiresAt,
    hosts: ecrHosts(registry, domain),
  };
}
