import { formatDuration } from "../durations.ts";

/** `30 d`, `1 h`, `14 d 23 h`: as `formatDuration`, without a part that says nothing. */
export function formatSpan(ms: number): string {
  return formatDuration(ms).replace(/ 0 (h|min)$/, "");
}
