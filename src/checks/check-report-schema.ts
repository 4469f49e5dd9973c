/** The refresh function's answer: another version may have made it, and anybody its texts. */
import * as z from "zod";
import type { CheckReport } from "./check-report.ts";

const groups = [
  "record",
  "network",
  "credential",
  "rights",
  "registries",
  "sweep",
  "stack",
] as const;

/** One line, and nothing that would move a terminal's cursor. */
const text = z
  .string()
  .max(10_000)
  .transform((said) => said.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim());

export const checkReportSchema: z.ZodType<CheckReport> = z
  .object({
    cluster: text,
    owner: text,
    at: z.iso.datetime(),
    outcome: z.enum(["ok", "failed"]),
    checks: z
      .array(
        z.object({
          group: z.enum(groups),
          check: text,
          result: z.enum(["ok", "warning", "failed", "skipped"]),
          message: text.optional(),
          hint: text.optional(),
        }),
      )
      .min(1)
      .max(2_000),
  })
  // Whoever reads the outcome looks for the reason: they belong together.
  .refine(
    ({ outcome, checks }) => {
      return (outcome === "failed") === checks.some(({ result }) => result === "failed");
    },
    { path: ["outcome"] },
  );
