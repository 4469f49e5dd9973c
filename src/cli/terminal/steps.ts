/** Steps that a person watches: updated in place on a terminal, plain lines elsewhere. */
import { Listr, ListrLogger, ProcessOutput } from "listr2";
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
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stderr, stderr) });
  return async (title, work) => {
    const results: Awaited<ReturnType<typeof work>>[] = [];
    const step = {
      title,
      task: async (_: unknown, task: { title?: string }) => {
        const retitle = (said: string) => {
          task.title = said;
        };
        results.push(await work(retitle));
      },
    };
    await new Listr([step], {
      rendererOptions: { logger },
      registerSignalListeners: false,
    }).run();
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
