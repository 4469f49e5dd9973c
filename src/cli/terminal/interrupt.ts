/** Ctrl-C: once, and nothing new is begun; twice, and what is in flight is given up. */
import type { StopReason } from "../../refresh/ports.ts";

export interface Interrupt extends Disposable {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

/**
 * Waits for work that can't be told to stop, as long as nobody says so; then it is left behind.
 * @throws what `work` throws, and Interrupted
 */
export function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new Interrupted());
  if (stop.aborted) {
    giveUp();
  }
  stop.addEventListener("abort", giveUp, { once: true });
  return Promise.race([work, stopped]).finally(() => stop.removeEventListener("abort", giveUp));
}

export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export function listenForInterrupt(
  process: Pick<NodeJS.Process, "on" | "off">,
  say: (text: string) => void,
): Interrupt {
  const stop = new AbortController();
  const abort = new AbortController();
  const reason: StopReason = "interrupted";
  const onSignal = () => {
    if (stop.signal.aborted) {
      abort.abort(reason);
      return;
    }
    stop.abort(reason);
    say("Interrupted: nothing new is begun. (Again: stop at once.)");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    stop: stop.signal,
    abort: abort.signal,
    [Symbol.dispose]() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
