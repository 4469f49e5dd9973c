import type * as z from "zod";

/** Those entries that the schema understands, with their places. */
export function readEach<T extends z.ZodType>(schema: T, entries: readonly unknown[]) {
  return entries.flatMap((entry, index) => {
    const { data } = schema.safeParse(entry);
    return data === undefined ? [] : { index, value: data };
  });
}
