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

const statement = z.object({
  Sid: text,
  Effect: z.literal("Allow"),
  Principal: z.object({ AWS: text }).optional(),
  Action: z.array(text).max(20),
  Resource: text.optional(),
});

const policy = z.object({
  of: text,
  named: z.boolean(),
  policy: z.object({ Version: z.literal("2012-10-17"), Statement: z.array(statement).max(20) }),
  steps: z.array(text).max(20),
});

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
          policies: z.array(policy).max(20).optional(),
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
