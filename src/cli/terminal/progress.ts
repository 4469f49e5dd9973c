/** Work on many things, some at a time, that a person watches. */
import { eachInParallel } from "../../refresh/apply/concurrency.ts";
import { runLive } from "./live-list.ts";
import { stepsOn } from "./steps.ts";
import type { Terminal } from "./terminal.ts";

/** How work on one thing ended, in a line. */
export interface Ended {
  readonly ok: boolean;
  readonly said: string;
  /** It wasn't even begun, and isn't worth a line. */
  readonly skipped?: boolean;
}

export interface Watched<Result> {
  readonly names: readonly string[];
  /** Whatever may go wrong is in its result: what it throws ends all. */
  readonly work: (name: string) => Promise<Result>;
  readonly tell: (result: Result) => Ended;
  /** `Swept 7 of 500`: where there are too many for a line each. */
  readonly verb: string;
  /** Aborted when nothing new is to be begun: a live line holds back the talk that says so. */
  readonly stop: AbortSignal;
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
    const line = tell(result);
    if (!line.skipped) {
      ended(line);
    }
  };
  await eachInParallel(names, one, atOnce);
  return names.flatMap((name) => results.get(name) ?? []);
}

/** A line for each, all of them on the screen. */
async function watchEach<Result>(
  watched: Watched<Result>,
  { stderr }: Terminal,
): Promise<readonly Result[]> {
  const lines = new Map(watched.names.map((name) => [name, Promise.withResolvers<Ended>()]));
  const tasks = [...lines].map(([name, { promise }]) => ({
    title: name,
    work: async (retitle: (title: string) => void) => {
      onStop(watched.stop, () => retitle(`${name}; ${waiting}`));
      const { ok, said } = await promise;
      retitle(said);
      if (!ok) {
        throw new Error(said);
      }
    },
  }));
  const shown = runLive(tasks, stderr, { exitOnError: false });
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
  const { names, verb, stop } = watched;
  let done = 0;
  let failed = 0;
  const title = () => {
    const rest = failed > 0 ? `, ${failed} failed` : "";
    return `${verb} ${done} of ${names.length}${rest}${stop.aborted ? `; ${waiting}` : ""}`;
  };
  return stepsOn(terminal)(title(), async (retitle) => {
    onStop(stop, () => retitle(title()));
    return runEach(watched, ({ ok }) => {
      done += 1;
      failed += ok ? 0 : 1;
      retitle(title());
    });
  });
}

const waiting = "interrupted, waiting for what is begun";

function onStop(stop: AbortSignal, heard: () => void): void {
  stop.addEventListener("abort", heard, { once: true });
}

function markedLine({ ok, said }: Ended): string {
  return `${ok ? "✔" : "✖"} ${said}`;
}
