/** One refused object keeps nobody from removing the others; afterwards it is told. */
import { ClusterError, UserError } from "../../errors.ts";
import { eachInParallel } from "../../refresh/apply/concurrency.ts";

export interface Failure {
  readonly what: string;
  readonly error: ClusterError;
}

/** @throws what is a bug */
export async function tryAll<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  describe: (item: T) => string,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  await eachInParallel(items, async (item) => {
    try {
      await work(item);
    } catch (error) {
      if (!(error instanceof ClusterError)) {
        throw error;
      }
      failures.push({ what: describe(item), error });
    }
  });
  return failures;
}

const maxNamed = 5;

/** @throws UserError if there is one */
export function throwFailures(failures: readonly Failure[]): void {
  const [first] = failures;
  if (first === undefined) {
    return;
  }
  const lines = failures.slice(0, maxNamed).map(({ what, error }) => `${what}: ${error.message}`);
  const left = failures.length - lines.length;
  const more = left > 0 ? [`and ${left} more`] : [];
  const { hint } = first.error;
  throw new UserError(
    ["not everything could be removed", ...lines, ...more].join("\n  "),
    hint === undefined ? {} : { hint },
  );
}
