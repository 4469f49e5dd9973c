/** What a JWT says of itself. Read, not verified: only the server that made it holds the key. */
import * as z from "zod";

export interface JwtClaims {
  readonly subject: string | undefined;
  readonly issuedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

// The largest time that a Date can hold, in seconds.
const maxSeconds = 8_640_000_000_000;
const time = z
  .number()
  .min(0)
  .max(maxSeconds)
  .transform((seconds) => new Date(seconds * 1000))
  .optional()
  .catch(undefined);

/** https://www.rfc-editor.org/rfc/rfc7519#section-4.1 */
const claims = z
  .object({ sub: z.string().optional().catch(undefined), iat: time, exp: time })
  .transform(({ sub, iat, exp }): JwtClaims => ({ subject: sub, issuedAt: iat, expiresAt: exp }));

/** Undefined for opaque tokens. A claim that can't be what it should be is as good as none. */
export function readJwtClaims(token: string): JwtClaims | undefined {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) {
    return undefined;
  }
  return claims.safeParse(parseJson(Buffer.from(payload, "base64url").toString())).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
