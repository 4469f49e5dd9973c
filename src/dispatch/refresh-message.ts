/**
 * The message that asks for one sweep: names and times, never a token and never a kubeconfig. What
 * the cluster's tags said when it was dispatched comes along, so that an idle sweep reads no tags.
 */
import * as z from "zod";
import { isClusterName } from "../clusters/record-name.ts";

const time = z.iso.datetime().transform((text) => new Date(text));
const absentAsNull = z.null().transform(() => undefined);

/** Of a field that came later: messages of an earlier version are still queued during a deploy. */
function addedLater<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** What a record can be called; SQS takes each as the name of a group. */
export const clusterName = z.string().refine(isClusterName);

// Not strict: while a deploy is rolled back, messages of the later version are still queued. What
// isn't known isn't kept either.
const messageSchema = z.object({
  cluster: clusterName,
  /** When the schedule fired. */
  tick: time,
  state: z
    .object({
      expiresAt: time.or(absentAsNull),
      failingSince: time.or(absentAsNull),
      rbac: z.string().max(256).or(absentAsNull),
      credential: addedLater(z.object({ issuedAt: time, expiresAt: time })),
      rotationFailingSince: addedLater(time),
      failureToldAt: addedLater(time),
      sessionsExpireAt: addedLater(time),
    })
    .optional(),
  /** How many clusters of the stage keep failing: they share the time that they may take. */
  failingLong: z.int().min(0).optional(),
  /** Of how many of these nobody was told: with many, an alarm speaks for all of them. */
  untold: z.int().min(0).optional(),
});

export type RefreshMessage = z.output<typeof messageSchema>;

/** A message that nobody of ours can have sent: poison, which belongs in the dead-letter queue. */
export class PoisonMessageError extends Error {
  override readonly name = "PoisonMessageError";
}

export function formatMessage(message: RefreshMessage): string {
  const { cluster, tick, state, failingLong, untold } = message;
  return JSON.stringify({
    cluster,
    tick,
    ...(state && {
      state: {
        expiresAt: state.expiresAt ?? null,
        failingSince: state.failingSince ?? null,
        rbac: state.rbac ?? null,
        credential: state.credential ?? null,
        rotationFailingSince: state.rotationFailingSince ?? null,
        failureToldAt: state.failureToldAt ?? null,
        ...(state.sessionsExpireAt && { sessionsExpireAt: state.sessionsExpireAt }),
      },
    }),
    ...(failingLong !== undefined && { failingLong }),
    ...(untold !== undefined && { untold }),
  });
}

/** @throws PoisonMessageError, which quotes nothing of the message */
export function parseMessage(body: string): RefreshMessage {
  const parsed = messageSchema.safeParse(parseJson(body));
  if (parsed.success) {
    return parsed.data;
  }
  const where = parsed.error.issues.map(({ path }) => path.join(".") || "the whole").join(", ");
  throw new PoisonMessageError(
    `not a refresh message: expected {"cluster", "tick", "state"?, "failingLong"?, "untold"?}; wrong: ${where.slice(0, 200)}`,
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // the parser's own message would quote the text
  }
}
