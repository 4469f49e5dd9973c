/**
 * What the refresh function answers, checked: it may be of another version than this program, and
 * what it says ends up on somebody's terminal.
 */
import * as z from "zod";

/** Control and direction characters could write anywhere on a terminal. */
const text = z
  .string()
  .max(10_000)
  .transform((said) => said.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " "));
const time = z.iso.datetime();
const number = z.number().nonnegative();
const namespaces = z.object({ known: number, selected: number });

export const cause = z.object({ kind: text, message: text, hint: text.optional() });
const failure = cause.extend({
  pullSecret: text.optional(),
  registry: text.optional(),
  namespaces: z.array(text),
});
const finding = cause.extend({ pullSecret: text, namespace: text });
const problem = cause.extend({
  pullSecret: text,
  registry: text.optional(),
  namespace: text.optional(),
});
const link = z.object({ namespace: text, serviceAccount: text, pullSecret: text });
const outcome = z.enum(["ok", "failed"]);
const common = { cluster: text, owner: text, outcome, namespaces };

/** Sessions are absent where there are none to be, and in older versions. */
const expiries = {
  soonestExpiry: time.nullable(),
  sessionsExpireAt: time.nullable().exactOptional(),
};

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
    unlinked: number.default(0),
    deleted: number,
    restarted: number.default(0),
    failed: number,
    minted: number,
  }),
  ...expiries,
  secrets: z.array(
    z.object({
      namespace: text,
      pullSecret: text,
      result: z.enum(["current", "created", "renewed", "adopted", "restored", "failed"]),
      reason: text,
      without: z.array(text).exactOptional(),
      expiresAt: time.nullable(),
    }),
  ),
  links: z.array(link),
  unlinks: z.array(link).default([]),
  deletions: z.array(z.object({ namespace: text, pullSecret: text })),
  restarts: z
    .array(z.object({ namespace: text, workload: text, pullSecrets: z.array(text), reason: text }))
    .default([]),
  failures: z.array(failure),
  notices: z.array(finding),
  credential: credential.optional(),
});

export const planAnswer = z.object({
  ...common,
  at: time,
  changes: z.array(
    z.object({
      change: z.enum([
        "create",
        "renew",
        "adopt",
        "restore",
        "link",
        "unlink",
        "delete",
        "restart",
      ]),
      namespace: text,
      pullSecret: text,
      serviceAccount: text.optional(),
      workload: text.optional(),
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
  ...expiries,
});
