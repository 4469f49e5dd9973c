/** Waits for what comes with the schedule. */
import { setTimeout as sleep } from "node:timers/promises";

/** Three schedules of a minute, the ticks around them, and a busy machine. */
export const patienceMs = 270_000;

const pauseMs = 700;

/** Looks again and again. @throws Error that shows what was there at last */
export async function until<T>(
  look: () => Promise<T>,
  isWanted: (seen: T) => boolean,
  waitMs: number = patienceMs,
): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (Date.now() > deadline) {
      throw new Error(`After ${waitMs} ms there is still: ${JSON.stringify(seen)}`);
    }
    await sleep(pauseMs);
  }
}
