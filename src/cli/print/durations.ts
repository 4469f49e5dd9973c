/** Times for people: `11 h 59 min`, `3 min`, `0.8 s`. */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export function formatDuration(ms: number): string {
  if (ms >= 2 * dayMs) {
    return `${Math.floor(ms / dayMs)} d ${Math.floor((ms % dayMs) / hourMs)} h`;
  }
  if (ms >= hourMs) {
    return `${Math.floor(ms / hourMs)} h ${Math.floor((ms % hourMs) / minuteMs)} min`;
  }
  return ms >= minuteMs ? `${Math.floor(ms / minuteMs)} min` : `${(ms / 1000).toFixed(1)} s`;
}

/** `in 11 h 59 min`, `2 h 5 min ago`, or `-` for what never expires. */
export function formatExpiry(expiresAt: string | null, now: Date): string {
  if (expiresAt === null) {
    return "-";
  }
  const leftMs = Date.parse(expiresAt) - now.getTime();
  return leftMs > 0 ? `in ${formatDuration(leftMs)}` : `${formatDuration(-leftMs)} ago`;
}
