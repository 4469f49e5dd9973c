/** Ctrl-C: once, and nothing new is begun; twice, and what is in flight is given up. */
import type { StopReason } from "../refresh/ports.ts";

export interface Interrupt extends Disposable {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
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
