/** How the demo speaks: a heading, a line per fact, and every fact checked before it is said. */
import type { Terminal } from "../../src/cli/terminal/terminal.ts";

export interface Stage {
  heading(text: string): void;
  good(text: string): void;
  note(text: string): void;
  bad(text: string): void;
}

export function createStage({ print, paint }: Terminal): Stage {
  let scenes = 0;
  return {
    heading: (text) => {
      scenes += 1;
      print(`\n${paint.bold(`${scenes}  ${text}`)}`);
    },
    good: (text) => print(`   ${paint.green("✔")} ${text}`),
    note: (text) => print(paint.dim(`   · ${text}`)),
    bad: (text) => print(`   ${paint.red("✖")} ${text}`),
  };
}

/** A demo that says what isn't so is worse than none: it ends here, with exit code 1. */
export function insist(holds: boolean, claim: string): asserts holds {
  if (!holds) {
    throw new Error(`the demo's claim doesn't hold: ${claim}`);
  }
}
