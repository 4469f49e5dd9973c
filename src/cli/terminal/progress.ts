/** Work on many things, some at a time, that a person watches. */
import { Listr, ListrLogger, ProcessOutput } from "listr2";
import { eachInParallel } from "../../refresh/concurrency.ts";
import { stepsOn } from "./steps.ts";
import type { Terminal } from "./terminal.ts";

/** How work on one thing ended, in a line. */
export interface Ended {
  readonly ok: boolean;
  readonly said: string;
}

export interface Watched<Result> {
  readonly names: readonly string[];
  /** Whatever may go wrong is in its result: what it throws ends all. */
  readonly work: (name: string) => Promise<Result>;
  readonly tell: (result: Result) => Ended;
  /** `Swept 7 of 500`: where there are too many for a line each. */
  readonly verb: string;
}

const atOnce = 10;
/** More lines than this are no progress that anybody reads. */
const maxLines = 20;

/** The results, in the order of the names. */
export async function watch<Result>(
  watched: Watched<Result>,
  terminal: Terminal,
): Promise<readonly Result[]> {
  const { isTTY, columns, rows } = terminal.stderr;
  // Lines are overwritten by counting columns: a terminal that knows none gets plain ones.
  if (!isTTY || !(columns > 0)) {
    return runEach(watched, (ended) => terminal.say(markedLine(ended)));
  }
  const fits = watched.names.length <= Math.min(maxLines, rows - 3);
  return fits ? watchEach(watched, terminal) : watchTogether(watched, terminal);
}

async function runEach<Result>(
  { names, work, tell }: Watched<Result>,
  ended: (line: Ended) => void,
): Promise<readonly Result[]> {
  const results = new Map<string, Result>();
  const one = async (name: string) => {
    const result = await work(name);
    results.set(name, result);
    ended(tell(result));
  };
  await eachInParallel(names, one, atOnce);
  return names.flatMap((name) => results.get(name) ?? []);
}

/** A line for each, all of them on the screen. */
async function watchEach<Result>(
  watched: Watched<Result>,
  { stderr }: Terminal,
): Promise<readonly Result[]> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stderr, stderr) });
  const lines = new Map(watched.names.map((name) => [name, Promise.withResolvers<Ended>()]));
  const tasks = [...lines].map(([name, { promise }]) => ({
    title: name,
    task: async (_: unknown, task: { title?: string }) => {
      const { ok, said } = await promise;
      task.title = said;
      if (!ok) {
        throw new Error(said);
      }
    },
  }));
  const shown = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    rendererOptions: { logger, showErrorMessage: false },
    registerSignalListeners: false,
  }).run();
  const work = async (name: string) => {
    const result = await watched.work(name);
    lines.get(name)?.resolve(watched.tell(result));
    return result;
  };
  try {
    return await runEach({ ...watched, work }, () => {});
  } finally {
    for (const [name, { resolve }] of lines) {
      resolve({ ok: false, said: name });
    }
    await shown;
  }
}

/** One line for all of them: how far it is, and how many went wrong. */
function watchTogether<Result>(watched: Watched<Result>, terminal: Terminal) {
  const { names, verb } = watched;
  let done = 0;
  let failed = 0;
  return stepsOn(terminal)(`${verb} 0 of ${names.length}`, (retitle) =>
    runEach(watched, ({ ok }) => {
      done += 1;
      failed += ok ? 0 : 1;
      const rest = failed > 0 ? `, ${failed} failed` : "";
      retitle(`${verb} ${done} of ${names.length}${rest}`);
    }),
  );
}

function markedLine({ ok, said }: Ended): string {
  return `${ok ? "✔" : "✖"} ${said}`;
}
