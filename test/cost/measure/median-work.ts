import { isDeepStrictEqual } from "node:util";
import { median } from "../../bench/measure.ts";
import type { Work } from "../measured.ts";

/**
 * Field by field.
 * @throws Error where the calls differ: then they weren't invocations of one kind
 */
export function medianWork<T extends Work>(works: readonly T[]): T {
  const [first] = works;
  if (!first) throw new Error("a median of no work");
  const other = works.find(({ calls }) => !isDeepStrictEqual(calls, first.calls));
  if (other) {
    throw new Error(`calls differ: ${JSON.stringify([first.calls, other.calls])}`);
  }
  const numbers = Object.keys(first).filter((field) => field !== "calls");
  const medians = numbers.map((field) => {
    const values = works.map((each) =>
      Number(Object.entries(each).find(([f]) => f === field)?.[1]),
    );
    return [field, Math.round(median(values))] as const;
  });
  return { ...first, ...Object.fromEntries(medians) };
}
