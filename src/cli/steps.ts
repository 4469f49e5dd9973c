/** Steps that a person watches: updated in place on a terminal, plain lines elsewhere. */
import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { Terminal } from "./terminal.ts";

/** Shows the step while the work runs; `retitle` says what came of it. Throws what the work throws. */
export type RunStep = <T>(
  title: string,
  work: (retitle: (title: string) => void) => Promise<T>,
) => Promise<T>;

export function stepsOn({ stderr }: Terminal): RunStep {
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
      renderer: stderr.isTTY ? "default" : "simple",
      rendererOptions: { logger },
      fallbackRendererOptions: { logger },
      registerSignalListeners: false,
    }).run();
    const [result] = results;
    return result as Awaited<ReturnType<typeof work>>;
  };
}
