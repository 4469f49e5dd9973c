/** Times for people, as distances from now. */
import { formatDuration } from "../../durations.ts";

/** For tables: one unit is enough. */
export function formatRoughly(ms: number): string {
  if (ms < 60_000) {
    return "<1 min";
  }
  const [rough = ""] = /^[\d.]+ \w+/.exec(formatDuration(ms)) ?? [];
  return rough;
}

/** `in 11 h`, `2 h ago`, `-`. */
export function formatRoughTime(time: Date | string | null | undefined, now: Date): string {
  if (time === null || time === undefined) {
    return "-";
  }
  const leftMs = new Date(time).getTime() - now.getTime();
  return leftMs > 0 ? `in ${formatRoughly(leftMs)}` : `${formatRoughly(-leftMs)} ago`;
}

/** `in 11 h 59 min`, `2 h 5 min ago`, or `-` for what never expires. */
export function formatExpiry(expiresAt: string | null, now: Date): string {
  if (expiresAt === null) {
    return "-";
  }
  const leftMs = Date.parse(expiresAt) - now.getTime();
  return leftMs > 0 ? `in ${formatDuration(leftMs)}` : `${formatDuration(-leftMs)} ago`;
}
