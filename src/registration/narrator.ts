/** Shows a step while its work runs; `retitle` says what came of it. Throws what the work throws. */
export type Step = <T>(
  title: string,
  work: (retitle: (title: string) => void) => Promise<T>,
) => Promise<T>;

export interface Narrator {
  /** For work that changes nothing: whoever interrupts needn't wait for it. */
  readonly look: Step;
  /** Once begun it is finished, unless somebody insists; after an interruption it isn't begun. */
  readonly change: Step;
}
