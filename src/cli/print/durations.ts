/** Times for people, as distances from now. */
import { formatDuration } from "../../durations.ts";

/** `in 11 h 59 min`, `2 h 5 min ago`, or `-` for what never expires. */
export function formatExpiry(expiresAt: string | null, now: Date): string {
  if (expiresAt === null) {
    return "-";
  }
  const leftMs = Date.parse(expiresAt) - now.getTime();
  return leftMs > 0 ? `in ${formatDuration(leftMs)}` : `${formatDuration(-leftMs)} ago`;
}
