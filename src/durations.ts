/** Lengths of time for people: `11 h 59 min`, `3 min`, `0.8 s`. */
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

/** `30 d`, `1 h`, `14 d 23 h`: as `formatDuration`, without a part that says nothing. */
export function formatSpan(ms: number): string {
  return formatDuration(ms).replace(/ 0 (h|min)$/, "");
}
