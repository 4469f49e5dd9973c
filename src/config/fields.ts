/**
 * The single values of a config file. Each says in its `error` what is expected; problems are put
 * together from that and from what was found (see problems.ts).
 */
import * as z from "zod";
import { dnsSubdomain } from "./kubernetes-names.ts";
import { LabelSelectorError, parseLabelSelector } from "./label-selector.ts";
import type { WorkloadRef } from "./secret-format.ts";

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

/** Without what IAM would read as a wildcard or a variable where it is named as a resource. */
export const roleArn = text(
  /^arn:aws(-cn|-us-gov|-eusc|-iso(-[a-z])?)?:iam::\d{12}:role\/(?!.*[*?$])([!-.0-~]+\/)*[\w+=,.@-]{1,64}$/,
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
  /^(arn:aws[a-z-]{0,10}:secretsmanager:[a-z0-9-]{1,30}:\d{12}:secret:)?[\w/+=.@!-]{1,519}$/,
  "the name or ARN of a secret in Secrets Manager",
);

export const registryUsername = text(
  /^[\x21-\x39\x3b-\x7e]{1,255}$/,
  "a username without colons and spaces, such as _json_key",
);

/** An alias won't do: log groups and IAM take nothing but the key's own ARN. */
export const kmsKeyArn = text(
  /^arn:aws[a-z-]{0,10}:kms:[a-z0-9-]{1,30}:\d{12}:key\/[\w-]{1,64}$/,
  "the ARN of a key (not of an alias), such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
);

/** It stands in a command line of the pods' `config`: no character that a shell gives a meaning. */
export const mountPath = text(
  /^(?=.{2,200}$)(\/(?!\.{1,2}(\/|$))[\w.-]+)+$/,
  'an absolute path such as /var/run/secrets/aws (letters, digits, "_", "." and "-")',
);

export const dataKey = text(
  /^(?!\.$|\.\.)[\w.-]{1,253}$/,
  'a key of a Secret\'s data (letters, digits, "-", "_" and ".", not ".." at the start)',
);

export const workload = text(
  /^(deployment|statefulset|daemonset)\/(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
  "a workload such as deployment/docker-registry (or statefulset/, daemonset/)",
).transform((from): WorkloadRef => {
  const [kind, name] = from.split("/") as [WorkloadRef["kind"], string];
  return { kind, name };
});
