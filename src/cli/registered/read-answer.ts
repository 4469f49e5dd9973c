/** What came of a question to the refresh function. */
import * as z from "zod";
import { cause } from "./answers.ts";
import type { Visit } from "./visit.ts";

/** A cluster that isn't registered, one that is left to its runner, one that can't be looked at. */
const unasked = z.object({ cluster: z.string(), outcome: z.enum(["unregistered", "local"]) });
const failed = z.object({
  cluster: z.string(),
  outcome: z.literal("failed"),
  failures: z.array(cause).min(1),
});

export interface Expected<Report> {
  readonly cluster: string;
  readonly schema: z.ZodType<Report>;
  /** How to get a function of this program's version. */
  readonly update: string;
}

export function readAnswer<Report extends { readonly cluster: string }>(
  answer: unknown,
  { cluster, schema, update }: Expected<Report>,
): Visit<Report> {
  const of = { cluster: z.literal(cluster) };
  const { outcome: kind } = unasked.extend(of).safeParse(answer).data ?? {};
  if (kind) {
    return { kind, cluster, causes: [] };
  }
  const report = schema.safeParse(answer);
  if (report.success && report.data.cluster === cluster) {
    return { kind: "answered", cluster, report: report.data };
  }
  const { data } = failed.extend(of).safeParse(answer);
  if (data) {
    return { kind: "failed", cluster, causes: data.failures };
  }
  const malformed = { kind: "malformed", message: describeMismatch(report.error), hint: update };
  return { kind: "failed", cluster, causes: [malformed] };
}

/** Enough to tell a version from a proxy. */
const maxFields = 3;

/** Names the fields, never what they hold. */
function describeMismatch(error: z.ZodError | undefined): string {
  const paths = error?.issues.slice(0, maxFields).map(({ path }) => path.join(".") || "all of it");
  const fields = paths ?? ["cluster"];
  return `the function's answer isn't one that this program knows (unexpected: ${fields.join(", ")})`;
}
