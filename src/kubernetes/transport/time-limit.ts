import { ConnectTimeoutError } from "./errors.ts";

/** Ends `work` by its signal when the time is up, or when the other signal says so. */
export async function withinTime<T>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(new ConnectTimeoutError(timeoutMs)), timeoutMs);
  try {
    return await work(AbortSignal.any([signal, overdue.signal]));
  } finally {
    clearTimeout(timer);
  }
}
