/**
 * The state of a cluster, in the tags of its record. Pure. Whoever may tag the secret can write
 * anything there: what doesn't parse reads as absent.
 */
import * as z from "zod";
import { formatTime, isWritable } from "../times.ts";

export interface ClusterState {
  /** The soonest expiry of a registry credential in that cluster. */
  readonly expiresAt: Date | undefined;
  /** The soonest end of an AWS session in that cluster; undefined: it has none. */
  readonly sessionsExpireAt: Date | undefined;
  /** Since when every sweep has failed; undefined: the last one didn't. */
  readonly failingSince: Date | undefined;
  /** Digest of the RBAC that was granted. */
  readonly rbac: string | undefined;
  /** How long the credential in the record is good; undefined: not known, or it doesn't expire. */
  readonly credential: CredentialLife | undefined;
  /** Since when the worker has tried in vain to renew it; undefined: it went well, or isn't due. */
  readonly rotationFailingSince: Date | undefined;
  /** When the topic was told that it keeps failing; undefined: it wasn't, or it was told the end. */
  readonly failureToldAt: Date | undefined;
}

/** Of a cluster that nobody has swept yet. */
export const noState: ClusterState = {
  expiresAt: undefined,
  sessionsExpireAt: undefined,
  failingSince: undefined,
  rbac: undefined,
  credential: undefined,
  rotationFailingSince: undefined,
  failureToldAt: undefined,
};

export interface CredentialLife {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** As Secrets Manager writes it; a hostile endpoint leaves either out. */
export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export interface TagChanges {
  readonly set: readonly { readonly Key: string; readonly Value: string }[];
  /** Keys. */
  readonly remove: readonly string[];
}

const stateTags = {
  expiresAt: "ecr-pull-secrets:expires-at",
  sessionsExpireAt: "ecr-pull-secrets:sessions-expire-at",
  failingSince: "ecr-pull-secrets:failing-since",
  rbac: "ecr-pull-secrets:rbac",
  credential: "ecr-pull-secrets:credential",
  rotationFailingSince: "ecr-pull-secrets:rotation-failing-since",
  failureToldAt: "ecr-pull-secrets:failure-told-at",
} as const satisfies Record<keyof ClusterState, string>;

export function readState(tags: readonly Tag[]): ClusterState {
  const values = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  return {
    expiresAt: timeSchema.parse(values.get(stateTags.expiresAt)),
    sessionsExpireAt: timeSchema.parse(values.get(stateTags.sessionsExpireAt)),
    failingSince: timeSchema.parse(values.get(stateTags.failingSince)),
    rbac: digestSchema.parse(values.get(stateTags.rbac)),
    credential: lifeSchema.parse(values.get(stateTags.credential)),
    rotationFailingSince: timeSchema.parse(values.get(stateTags.rotationFailingSince)),
    failureToldAt: timeSchema.parse(values.get(stateTags.failureToldAt)),
  };
}

/** What to write so that the tags say `after`; nothing where they say it already. */
export function changedTags(before: ClusterState, after: ClusterState): TagChanges {
  const written = tagsOf(before);
  const wanted = tagsOf({
    ...after,
    expiresAt: unlessSame(before.expiresAt, after.expiresAt),
    sessionsExpireAt: unlessSame(before.sessionsExpireAt, after.sessionsExpireAt),
  });
  return {
    set: [...wanted]
      .filter(([key, value]) => written.get(key) !== value)
      .map(([Key, Value]) => ({ Key, Value })),
    remove: [...written.keys()].filter((key) => !wanted.has(key)),
  };
}

// With an offset, a time may fall into a year that can't be written again, in a message for one.
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine(isWritable);

const timeSchema = time.optional().catch(undefined);

/** An interval of ISO 8601: `2026-03-01T12:00:00Z/2026-03-31T12:00:00Z`. */
const lifeSchema = z
  .string()
  .max(100)
  .transform((text) => text.split("/"))
  .pipe(z.tuple([time, time]))
  .refine(([issuedAt, expiresAt]) => issuedAt < expiresAt)
  .transform(([issuedAt, expiresAt]) => ({ issuedAt, expiresAt }))
  .optional()
  .catch(undefined);

const digestSchema = z
  .string()
  .regex(/^[\w.:+/=@-]{1,128}$/)
  .optional()
  .catch(undefined);

function tagsOf(state: ClusterState): ReadonlyMap<string, string> {
  const { credential: life } = state;
  const values: Record<keyof ClusterState, string | undefined> = {
    expiresAt: writtenTime(state.expiresAt),
    sessionsExpireAt: writtenTime(state.sessionsExpireAt),
    failingSince: writtenTime(state.failingSince),
    rbac: state.rbac,
    credential: life && `${formatTime(life.issuedAt)}/${formatTime(life.expiresAt)}`,
    rotationFailingSince: writtenTime(state.rotationFailingSince),
    failureToldAt: writtenTime(state.failureToldAt),
  };
  const tags = new Map<string, string>();
  for (const [name, key] of Object.entries(stateTags)) {
    const value = values[name as keyof ClusterState];
    if (value !== undefined) tags.set(key, value);
  }
  return tags;
}

function writtenTime(time: Date | undefined): string | undefined {
  return time && formatTime(time);
}

/** Two credentials minted in one minute are as good as each other: not worth a call per cluster. */
const expiryToleranceMs = 60_000;

/** What to write of an expiry: the one that is there, if it is about as good. */
function unlessSame(before: Date | undefined, after: Date | undefined): Date | undefined {
  const isSame =
    before !== undefined &&
    after !== undefined &&
    Math.abs(after.getTime() - before.getTime()) < expiryToleranceMs;
  return isSame ? before : after;
}
