/** Lines on stderr that are updated in place. */
import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from "listr2";

export interface LiveTask {
  readonly title: string;
  readonly work: (retitle: (title: string) => void) => Promise<void>;
}

/** By itself, listr2 falls back to plain lines on stdout where that is no terminal: data goes there. */
class LiveRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

/**
 * All at once. A task that throws is shown as failed.
 * @throws what a task throws, unless `exitOnError` is false
 */
export async function runLive(
  tasks: readonly LiveTask[],
  stderr: NodeJS.WriteStream,
  { exitOnError = true }: { readonly exitOnError?: boolean } = {},
): Promise<void> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stderr, stderr) });
  const items = tasks.map(({ title, work }) => ({
    title,
    task: (_: unknown, task: { title?: string }) =>
      work((said) => {
        task.title = said;
      }),
  }));
  await new Listr(items, {
    concurrent: true,
    exitOnError,
    renderer: LiveRenderer,
    // Whoever catches an error says what of it may be shown: of a bug, the message may not.
    rendererOptions: { logger, showErrorMessage: false },
    registerSignalListeners: false,
  }).run();
}
