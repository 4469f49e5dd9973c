/** Until when what a cluster holds is good, as the end of a sum. */
import type { Expiries } from "../../refresh/rules/expiries.ts";
import { formatExpiry } from "./durations.ts";

/** @returns an empty text where nothing expires */
export function renderExpiries({ soonestExpiry, sessionsExpireAt }: Expiries, now: Date): string {
  const ends = [
    ["first expiry", soonestExpiry],
    ["first AWS session ends", sessionsExpireAt],
  ] as const;
  return ends.map(([what, end]) => (end ? ` · ${what} ${formatExpiry(end, now)}` : "")).join("");
}
