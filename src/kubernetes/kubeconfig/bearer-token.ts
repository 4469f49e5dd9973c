import { SecretValue } from "../../secret-value.ts";
import { formatTime } from "../../times.ts";
import { readJwtClaims } from "./jwt-claims.ts";
import { type Place, refusal } from "./refusal.ts";

export interface BearerToken {
  readonly token: SecretValue;
  /** What a JWT says of itself; undefined for opaque tokens. */
  readonly expiresAt: Date | undefined;
}

const expiredHint = "Take a new one, for instance from `kubectl create token <service account>`.";

/** Checks what can be seen without the key that signed it. @throws KubeconfigError */
export function parseBearerToken(
  value: string,
  place: Place,
  now: Date,
  hint: string = expiredHint,
): BearerToken {
  // Block scalars and files end with a newline, which no header may carry.
  const token = value.trim();
  if (token === "REDACTED") {
    throw refusal(place, "is a placeholder", "`kubectl config view` hides tokens: add --raw.");
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const formHint = "A token is one word, without `Bearer` in front.";
    throw refusal(place, "is empty, or holds what no token holds (spaces, say)", formHint);
  }
  const expiresAt = readJwtClaims(token)?.expiresAt;
  if (expiresAt !== undefined && expiresAt <= now) {
    throw refusal(place, `expired on ${formatTime(expiresAt)}`, hint);
  }
  return { token: new SecretValue(token), expiresAt };
}
