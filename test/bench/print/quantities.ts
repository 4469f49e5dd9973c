/** Numbers as people read them. Pure. */
import type { Timing } from "../measure.ts";

export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 10 ? `${seconds.toFixed(2)} s` : `${seconds.toFixed(0)} s`;
}

/** For what takes well under a second. */
export function formatMilliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

export function formatMegabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

export function formatKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

/** A factor of 1.084 reads `+8 %`. */
export function formatFactor(factor: number): string {
  const percent = Math.round((factor - 1) * 100);
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent)} %`;
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Median and spread; a time that was scaled up says so. */
export function formatTiming(timing: Timing, format: (ms: number) => string): string {
  const { medianMs, minMs, maxMs, runs, extrapolatedFrom } = timing;
  if (extrapolatedFrom !== undefined) {
    return `${format(medianMs)} (scaled up from ${extrapolatedFrom})`;
  }
  const number = (ms: number) => format(ms).replace(/ \D+$/, "");
  return runs === 1 ? format(medianMs) : `${format(medianMs)} (${number(minMs)}–${number(maxMs)})`;
}
