/** Commands that no test runs, and why none can. Whoever adds one says what keeps it true instead. */

export interface Exception {
  /** As the document has it, in one line. */
  readonly command: string;
  readonly why: string;
}

export const exceptions: readonly Exception[] = [];
