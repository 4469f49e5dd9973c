/** How the demo speaks: a heading, a line per fact, and every fact checked before it is said. */
import { createColors } from "picocolors";

export interface Stage {
  heading(text: string): void;
  good(text: string): void;
  note(text: string): void;
  bad(text: string): void;
  plain(text: string): void;
}

export function createStage(stdout: NodeJS.WriteStream, colour: boolean): Stage {
  const paint = createColors(colour);
  const line = (text: string) => void stdout.write(`${text}\n`);
  let scenes = 0;
  return {
    heading: (text) => {
      scenes += 1;
      line(`\n${paint.bold(`${scenes}  ${text}`)}`);
    },
    good: (text) => line(`   ${paint.green("✔")} ${text}`),
    note: (text) => line(paint.dim(`   · ${text}`)),
    bad: (text) => line(`   ${paint.red("✖")} ${text}`),
    plain: line,
  };
}

/** A demo that says what isn't so is worse than none: it ends here, with exit code 1. */
export function insist(holds: boolean, claim: string): asserts holds {
  if (!holds) {
    throw new Error(`the demo's claim doesn't hold: ${claim}`);
  }
}
