/**
 * What the refresh function answers, checked: it may be of another version than this program, and
 * what it says ends up on somebody's terminal.
 */
import * as z from "zod";
import type { Visit } from "./visit.ts";

/** Control and direction characters could write anywhere on a terminal. */
const text = z
  .string()
  .max(10_000)
  .transform((said) => said.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " "));
const time = z.iso.datetime();
const number = z.number().nonnegative();
const namespaces = z.object({ known: number, selected: number });

const cause = z.object({ kind: text, message: text, hint: text.optional() });
const failure = cause.extend({
  pullSecret: text.optional(),
  registry: text.optional(),
  namespaces: z.array(text),
});
const finding = cause.extend({ pullSecret: text, namespace: text });
const problem = cause.extend({ pullSecret: text, namespace: text.optional() });
const outcome = z.enum(["ok", "failed"]);
const common = { cluster: text, owner: text, outcome, namespaces };

/** Of the credential in the cluster's record: absent where there is none, or in older versions. */
const credential = z.object({
  kind: text,
  issuedAt: time.nullable(),
  expiresAt: time.nullable(),
  rotation: text.optional(),
  trouble: z.object({ message: text, hint: text.optional() }).optional(),
});

export const sweepAnswer = z.object({
  ...common,
  startedAt: time,
  durationMs: number,
  counts: z.object({
    current: number,
    created: number,
    renewed: number,
    adopted: number,
    restored: number,
    linked: number,
    deleted: number,
    failed: number,
    minted: number,
  }),
  soonestExpiry: time.nullable(),
  secrets: z.array(
    z.object({
      namespace: text,
      pullSecret: text,
      result: z.enum(["current", "created", "renewed", "adopted", "restored", "failed"]),
      reason: text,
      expiresAt: time.nullable(),
    }),
  ),
  links: z.array(z.object({ namespace: text, serviceAccount: text, pullSecret: text })),
  deletions: z.array(z.object({ namespace: text, pullSecret: text })),
  failures: z.array(failure),
  notices: z.array(finding),
  credential: credential.optional(),
});

export const planAnswer = z.object({
  ...common,
  at: time,
  changes: z.array(
    z.object({
      change: z.enum(["create", "renew", "adopt", "restore", "link", "delete"]),
      namespace: text,
      pullSecret: text,
      serviceAccount: text.optional(),
      reason: text,
    }),
  ),
  current: number,
  problems: z.array(problem),
  notices: z.array(finding),
  unverified: z.literal(true).optional(),
});

export const statusAnswer = z.object({
  ...common,
  at: time,
  secrets: z.array(
    z.object({
      namespace: text,
      pullSecret: text,
      state: z.enum(["current", "due", "missing", "problem", "notice"]),
      kind: text.optional(),
      expiresAt: time.nullable(),
      refreshedAt: time.nullable(),
      accounts: z.object({ linked: z.array(text), missing: z.array(text) }),
      note: text,
      hint: text.optional(),
    }),
  ),
  problems: z.array(problem),
  soonestExpiry: time.nullable(),
});

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
  const cause = { kind: "malformed", message: describeMismatch(report.error), hint: update };
  return { kind: "failed", cluster, causes: [cause] };
}

/** Enough to tell a version from a proxy. */
const maxFields = 3;

/** Names the fields, never what they hold. */
function describeMismatch(error: z.ZodError | undefined): string {
  const paths = error?.issues.slice(0, maxFields).map(({ path }) => path.join(".") || "all of it");
  const fields = paths ?? ["cluster"];
  return `the function's answer isn't one that this program knows (unexpected: ${fields.join(", ")})`;
}
