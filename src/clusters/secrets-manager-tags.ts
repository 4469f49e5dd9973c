/** The tags of a record: nothing is asked of AWS where they say already what they should. */
import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-secrets-manager";
import type { Tag, TagChanges } from "./record-state.ts";
import { changeRecord, type Records } from "./secrets-manager-records.ts";

/** Those tags that aren't there yet, or say something else. */
export function tagsToSet(
  wanted: Readonly<Record<string, string>>,
  there: readonly Tag[] = [],
): TagChanges["set"] {
  const values = new Map(there.map(({ Key, Value }) => [Key, Value]));
  const missing = Object.entries(wanted).filter(([key, value]) => values.get(key) !== value);
  return missing.map(([Key, Value]) => ({ Key, Value }));
}

/** Whether anything was written; false as well where the record is gone. @throws StoreError */
export async function writeTags(
  records: Records,
  name: string,
  { set, remove }: TagChanges,
): Promise<boolean> {
  const tagged = await tag(records, name, set);
  const untagged = await untag(records, name, remove);
  return tagged || untagged;
}

async function tag(records: Records, name: string, tags: TagChanges["set"]): Promise<boolean> {
  if (tags.length === 0) return false;
  const change = { name, action: "TagResource" };
  const answer = await changeRecord(records, change, ({ secret }) =>
    records.client.send(new TagResourceCommand({ SecretId: secret, Tags: [...tags] })),
  );
  return answer !== undefined;
}

async function untag(records: Records, name: string, keys: TagChanges["remove"]): Promise<boolean> {
  if (keys.length === 0) return false;
  const change = { name, action: "UntagResource" };
  const answer = await changeRecord(records, change, ({ secret }) =>
    records.client.send(new UntagResourceCommand({ SecretId: secret, TagKeys: [...keys] })),
  );
  return answer !== undefined;
}
