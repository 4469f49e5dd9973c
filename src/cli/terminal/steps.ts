/** Steps that a person watches: updated in place on a terminal, plain lines elsewhere. */
import { runLive } from "./live-list.ts";
import type { Terminal } from "./terminal.ts";

/** Shows the step while the work runs; `retitle` says what came of it. Throws what the work throws. */
export type RunStep = <T>(
  title: string,
  work: (retitle: (title: string) => void) => Promise<T>,
) => Promise<T>;

export function stepsOn(terminal: Terminal): RunStep {
  // Lines are overwritten by counting columns: a terminal that knows none gets plain ones.
  const { isTTY, columns } = terminal.stderr;
  return isTTY && columns > 0 ? liveSteps(terminal) : plainSteps(terminal);
}

function liveSteps({ stderr }: Terminal): RunStep {
  return async (title, work) => {
    const results: Awaited<ReturnType<typeof work>>[] = [];
    const step = async (retitle: (said: string) => void) => {
      results.push(await work(retitle));
    };
    await runLive([{ title, work: step }], stderr);
    const [result] = results;
    return result as Awaited<ReturnType<typeof work>>;
  };
}

/** A line per step when it has ended: what a CI job's log is to show. */
function plainSteps({ say }: Terminal): RunStep {
  return async (title, work) => {
    let said = title;
    try {
      const result = await work((retitled) => {
        said = retitled;
      });
      say(`✔ ${said}`);
      return result;
    } catch (error) {
      say(`✖ ${said}`);
      throw error;
    }
  };
}
