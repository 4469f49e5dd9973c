/**
 * The single values of a config file. Each says in its `error` what is expected; problems are put
 * together from that and from what was found (see problems.ts).
 */
import * as z from "zod";
import { dnsSubdomain } from "./kubernetes-names.ts";
import { LabelSelectorError, parseLabelSelector } from "./label-selector.ts";

/** Keeps every check over all pairs of entries short, whatever the file holds. */
const maxEntries = 1_000;

export function text(pattern: RegExp, expected: string) {
  return z.string(expected).regex(pattern, expected);
}

export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return z.int({ error: expected, abort: true }).min(min, expected).max(max, expected);
}

export function listOf<T extends z.ZodType>(entry: T, limit = maxEntries) {
  return z.array(entry).min(1).max(limit);
}

/** In the schema for editors and for finding typos, but refused until the program does it. */
export function notYet<T extends z.ZodType>(schema: T, what: string) {
  return schema.refine(() => false, `${what} is not supported yet`);
}

export const secretName = text(
  dnsSubdomain,
  'a Secret\'s name (up to 253 small letters, digits, "-" and ".", a letter or digit at both ends)',
);

export const serviceAccountName = text(
  new RegExp(`^\\*$|${dnsSubdomain.source}`),
  'a ServiceAccount\'s name (no globs here), or "*" for all',
);

export const clusterName = text(
  /^(?=.{1,100}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  'a cluster\'s name (letters, digits, ".", "_" and "-"; no globs here)',
);

export const clusterPattern = text(
  /^(?=.{1,100}$)[A-Za-z0-9*?]([A-Za-z0-9._*?-]*[A-Za-z0-9*?])?$/,
  'a cluster\'s name or glob (letters, digits, ".", "_" and "-"; * for any characters, ? for one)',
);

export const namespacePattern = text(
  /^(?=.{1,63}$)[a-z0-9*?]([a-z0-9*?-]*[a-z0-9*?])?$/,
  'a namespace\'s name or glob (small letters, digits and "-"; * for any characters, ? for one)',
);

export const labelSelector = text(/\S/, "a label selector such as team=web").transform(
  (from, context) => {
    try {
      return parseLabelSelector(from);
    } catch (error) {
      if (!(error instanceof LabelSelectorError)) throw error;
      context.issues.push({
        code: "custom",
        input: from,
        message: `not a label selector: ${error.message}`,
      });
      return z.NEVER;
    }
  },
);

export const schedule = text(
  /^rate\((1 minute|([2-9]|[1-5]\d|60) minutes)\)$/,
  'a rate from "rate(1 minute)" to "rate(60 minutes)"',
).transform((expression) => ({
  expression,
  periodMinutes: Number.parseInt(expression.slice("rate(".length), 10),
}));

export const region = text(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, "a region such as us-east-1");

export const accountId = text(
  /^\d{12}$/,
  'an account ID in quotes, 12 digits such as "111122223333"',
);

export const roleArn = text(
  /^arn:aws(-cn|-us-gov|-eusc|-iso(-[a-z])?)?:iam::\d{12}:role\/([!-.0-~]+\/)*[\w+=,.@-]{1,64}$/,
  "the ARN of a role, such as arn:aws:iam::111122223333:role/pull",
);

/** What IAM takes as the last part of a repository's ARN. */
export const repositoryPattern = text(
  /^(?=.{1,256}$)[a-z0-9*?][a-z0-9._/*?-]*$/,
  'a repository\'s name or glob, such as "team/*" (small letters, digits, "-", "_", "." and "/")',
);

export const emailAddress = text(/^(?=.{3,254}$)[^\s@]+@[^\s@]+\.[^\s@.]+$/, "an email address");

export const registryHost = text(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
  "a registry's host such as ghcr.io (no https:// before, no path behind)",
);

export const secretId = text(
  /^[\w/+=.@!:-]{1,2048}$/,
  "the name or ARN of a secret in Secrets Manager",
);

export const dataKey = text(
  /^[\w.-]{1,253}$/,
  'a key of a Secret\'s data (letters, digits, "-", "_" and ".")',
);

export const workload = text(
  /^(deployment|statefulset|daemonset)\/(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
  "a workload such as deployment/docker-registry (or statefulset/, daemonset/)",
);
