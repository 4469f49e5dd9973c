/** ListSecrets: filters and pages. */
import { secondsOf } from "../protocols.ts";
import { ServiceFailure } from "../service.ts";
import type { ListQuery } from "./input.ts";
import type { Secret } from "./secret.ts";
import type { ListedSecret } from "./secret-store.ts";

type Listed = Iterable<readonly [sequence: number, secret: ListedSecret]>;

export function pageOf(secrets: (after: number) => Listed, query: ListQuery, now: Date) {
  const page: unknown[] = [];
  let last = positionOf(query.NextToken);
  for (const [sequence, secret] of secrets(last)) {
    if (!isListed(secret, query, now)) {
      continue;
    }
    if (page.length === query.MaxResults) {
      return { SecretList: page, NextToken: tokenOf(last) };
    }
    page.push({ ...metadataOf(secret), SecretVersionsToStages: secret.stages });
    last = sequence;
  }
  return { SecretList: page };
}

function isListed({ identity, tags, deletionAt }: ListedSecret, query: ListQuery, now: Date) {
  const isDue = deletionAt === undefined || (query.IncludePlannedDeletion && deletionAt > now);
  const fields = {
    name: [identity.name],
    "tag-key": tags.map(({ Key }) => Key),
    "tag-value": tags.map(({ Value }) => Value),
  };
  return (
    isDue &&
    query.Filters.every(({ Key, Values }) =>
      fields[Key].some((field) => Values.some((value) => field.startsWith(value))),
    )
  );
}

/** What has no value is left out, as JSON does with undefined. */
export function metadataOf(secret: Secret | ListedSecret) {
  const { identity, details, changedAt, deletionAt, tags } = secret;
  return {
    ARN: identity.arn,
    Name: identity.name,
    Description: details.description,
    KmsKeyId: details.kmsKeyId,
    CreatedDate: secondsOf(identity.createdAt),
    LastChangedDate: secondsOf(changedAt),
    DeletedDate: deletionAt && secondsOf(deletionAt),
    Tags: tags,
  };
}

function tokenOf(position: number): string {
  return Buffer.from(`after:${position}`).toString("base64");
}

function positionOf(token: string | undefined): number {
  if (token === undefined) {
    return 0;
  }
  const position = /^after:(\d+)$/.exec(Buffer.from(token, "base64").toString())?.[1];
  if (position === undefined) {
    throw new ServiceFailure("InvalidNextTokenException", "Invalid NextToken.");
  }
  return Number(position);
}
