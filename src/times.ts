/** RFC 3339 in whole seconds and UTC, as Kubernetes writes its own times, and as people read them. */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** RFC 3339 has years of four digits: what is written of another one can't be read again. */
export function isWritable(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year >= 0 && year <= 9_999;
}
