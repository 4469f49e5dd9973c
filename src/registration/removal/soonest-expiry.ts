import { annotations } from "../../pull-secrets/names.ts";
import type { LiveObject } from "../../rights/kubernetes-object.ts";

/** Who may change a secret may write anything there: what is no time doesn't count. */
export function soonestExpiry(secrets: readonly LiveObject[]): string | undefined {
  return secrets
    .flatMap(({ metadata }) => metadata.annotations?.[annotations.expiresAt] ?? [])
    .filter((text) => !Number.isNaN(Date.parse(text)))
    .sort((one, other) => Date.parse(one) - Date.parse(other))[0];
}
