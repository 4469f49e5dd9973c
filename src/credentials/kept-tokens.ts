/** Tokens that open many registries: asked for once by all who want one, and kept for a while. */

export interface TokenLife {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface KeptTokens<Token> {
  /** @param ask is told the time before the call, which is when a token counts as issued */
  tokenFor(key: string, ask: (issuedAt: Date) => Promise<Token>): Promise<Token>;
  /** How often something was asked for so far. */
  callsMade(): number;
}

const longestKeepMs = 30 * 60_000;
/**
 * From 45 % of a token's life on, a secret that holds it is due. Kept longer than this share, a
 * token would be written over itself, sweep after sweep.
 */
const keptShareOfLife = 0.4;

export function keepTokens<Token extends TokenLife>(now: () => Date): KeptTokens<Token> {
  const kept = new Map<string, Token>();
  const inFlight = new Map<string, Promise<Token>>();
  let callsMade = 0;

  async function request(key: string, ask: (issuedAt: Date) => Promise<Token>): Promise<Token> {
    callsMade += 1;
    const token = await ask(now());
    kept.set(key, token);
    return token;
  }

  return {
    async tokenFor(key, ask) {
      const known = kept.get(key);
      if (known !== undefined && isWorthKeeping(known, now())) {
        return known;
      }
      // A failure reaches all who wait for it now; who asks later tries again.
      const call = inFlight.get(key) ?? request(key, ask).finally(() => inFlight.delete(key));
      inFlight.set(key, call);
      return call;
    },
    callsMade: () => callsMade,
  };
}

function isWorthKeeping({ issuedAt, expiresAt }: TokenLife, at: Date): boolean {
  const ageMs = at.getTime() - issuedAt.getTime();
  const lifeMs = expiresAt.getTime() - issuedAt.getTime();
  // Less than nothing by a clock that was put back, which knows nothing of the token's end.
  return ageMs >= 0 && ageMs < Math.min(longestKeepMs, lifeMs * keptShareOfLife);
}
