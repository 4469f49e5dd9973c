/**
 * Tags for what is made in AWS, as all its services take them:
 * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
 */
import * as z from "zod";
import { text } from "./fields.ts";

/** AWS takes 50; a record also holds the state of its cluster in tags. */
const maxTags = 40;

/** Narrower than AWS: Serverless takes no others. */
const key = text(
  /^(?![Aa][Ww][Ss]:|ecr-pull-secrets:)(?=.{1,128}$)[\w./=+:-]([\w./=+: -]*[\w./=+:-])?$/,
  'a tag\'s key (up to 128 unaccented letters, digits, spaces and "_.:/=+-"; not "aws:" or "ecr-pull-secrets:", which are reserved)',
);

const value = text(
  /^(?=.{1,256}$)[\p{L}\p{N}_.:/=+@-]([\p{L}\p{N}_.:/=+@ -]*[\p{L}\p{N}_.:/=+@-])?$/u,
  'a tag\'s value in quotes (up to 256 letters, digits, spaces and "_.:/=+-@")',
);

export const tags = z.record(key, value).superRefine((given, context) => {
  const keys = Object.keys(given);
  if (keys.length > maxTags) {
    context.addIssue(`expected at most ${maxTags} tags, found ${keys.length}`);
  }
  // IAM knows no difference between them, and would refuse the role.
  const seen = new Map<string, string>();
  for (const each of keys) {
    const other = seen.get(each.toLowerCase());
    if (other !== undefined) {
      const message = `expected keys that differ in more than capital letters, found ${other} and ${each}`;
      context.addIssue({ code: "custom", path: [each], message });
    }
    seen.set(each.toLowerCase(), each);
  }
});
