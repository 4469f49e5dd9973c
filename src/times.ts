/** RFC 3339 in whole seconds and UTC, as Kubernetes writes its own times, and as people read them. */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, "Z");
}
