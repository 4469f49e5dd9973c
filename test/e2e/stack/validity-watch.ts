/** Looks again and again whether every namespace holds a login that its registry would take now. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "../parts/control-plane.ts";
import { loginsIn, readSecrets } from "../sweep/contents.ts";
import type { IssuedToken } from "./short-tokens.ts";

export interface ValidityWatch extends AsyncDisposable {
  /** How often it has looked, and what it found wrong. */
  readonly looks: () => number;
  readonly gaps: readonly string[];
}

const pauseMs = 1_500;

export function watchValidity(
  clusters: readonly ControlPlane[],
  namespaces: readonly string[],
  tokens: readonly IssuedToken[],
): ValidityWatch {
  const gaps: string[] = [];
  const stopped = new AbortController();
  let looks = 0;
  const watch = async () => {
    while (!stopped.signal.aborted) {
      for (const cluster of clusters) {
        const secrets = await readSecrets(cluster.kubectl);
        const at = new Date();
        const valid = new Set(tokens.filter(({ expiresAt }) => expiresAt > at).map(passwordOf));
        const isValid = (namespace: string) => {
          const secret = secrets.get(namespace);
          const logins = secret ? Object.values(loginsIn(secret)) : [];
          return logins.length > 0 && logins.every(({ password }) => valid.has(password));
        };
        const without = namespaces.filter((namespace) => !isValid(namespace));
        gaps.push(...without.map((namespace) => `${at.toISOString()} ${cluster.url} ${namespace}`));
      }
      looks += 1;
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const watching = watch().catch((error: unknown) => gaps.push(String(error)));
  return {
    looks: () => looks,
    gaps,
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await watching;
    },
  };
}

const passwordOf = ({ password }: IssuedToken) => password;
