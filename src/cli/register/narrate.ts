import type { Narrator } from "../../registration/narrator.ts";
import type { CliRun } from "../context.ts";
import { Interrupted, unlessStopped } from "../terminal/interrupt.ts";
import { stepsOn } from "../terminal/steps.ts";

/** Ctrl-C ends at once what only looks; what writes is finished, unless it comes twice. */
export function narratorFor({ context, interrupt }: CliRun): Narrator {
  const show = stepsOn(context.terminal);
  const { stop, abort } = interrupt;
  return {
    look: (title, work) => show(title, (retitle) => unlessStopped(work(retitle), stop)),
    async change(title, work) {
      if (stop.aborted) {
        throw new Interrupted();
      }
      return await show(title, (retitle) => unlessStopped(work(retitle), abort));
    },
  };
}
