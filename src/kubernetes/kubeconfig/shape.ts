/** The fields of a kubeconfig: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
import * as z from "zod";
import { type Place, quotedName, refusal, within } from "./refusal.ts";

// As for kubectl, an empty string is the same as none.
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

function list<T extends z.ZodType>(entry: T) {
  return z
    .array(entry)
    .nullish()
    .transform((entries) => entries ?? []);
}

export const kubeconfigSchema = z.object({
  kind: text,
  "current-context": text,
  contexts: list(z.object({ name: z.string().min(1), context: z.unknown().optional() })),
  clusters: list(z.object({ name: z.string().min(1), cluster: z.unknown().optional() })),
  users: list(z.object({ name: z.string().min(1), user: z.unknown().optional() })),
});

/** Anybody's notes; what isn't of their form is nobody's. */
const extensions = list(z.object({ name: z.string(), extension: z.unknown().optional() }));

export const contextSchema = z.object({
  cluster: text,
  user: text,
  extensions: extensions.catch([]),
});

export const clusterFields = {
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": flag,
  "tls-server-name": text,
  "proxy-url": text,
  "disable-compression": flag,
  extensions,
};

const execSchema = z.object({
  apiVersion: text,
  command: text,
  args: list(z.string()),
  env: list(z.object({ name: z.string().min(1), value: z.string().default("") })),
  interactiveMode: text,
  provideClusterInfo: flag,
  installHint: text,
});

export const userFields = {
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  username: text,
  password: text,
  as: text,
  "as-uid": text,
  "as-groups": list(z.string()),
  "as-user-extra": z.unknown().optional(),
  exec: execSchema.nullish(),
  "auth-provider": z
    .object({ name: z.string(), config: z.record(z.string(), z.unknown()).nullish() })
    .nullish(),
  extensions: z.unknown().optional(),
};

/** What kubectl ignores it may ignore: a kubeconfig of the user. */
export const clusterSchema = z.object(clusterFields);
export const userSchema = z.object(userFields);
/** An unknown key in a stored kubeconfig is a field that somebody relies on and that we'd drop. */
export const strictClusterSchema = z.strictObject(clusterFields);
export const strictUserSchema = z.strictObject(userFields);

export type ContextFields = z.infer<typeof contextSchema>;
export type ClusterFields = z.infer<typeof clusterSchema>;
export type UserFields = z.infer<typeof userSchema>;
export type ExecFields = z.infer<typeof execSchema>;

/** @throws KubeconfigError about the first thing that doesn't fit; it names paths, not values. */
export function shapeOf<T extends z.ZodType>(schema: T, raw: unknown, place: Place): z.infer<T> {
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  const hint = "Compare it with the output of `kubectl config view --raw --minify`.";
  throw refusal(within(place, ...(issue?.path ?? [])), problemOf(issue), hint);
}

const expectations: Readonly<Record<string, string>> = {
  string: "must be a string (in quotes, if it looks like a number)",
  boolean: "must be true or false",
  array: "must be a list",
  object: "must be a mapping",
  record: "must be a mapping",
};

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "unrecognized_keys") {
    return `has ${issue.keys.map(printedKey).join(", ")}, which isn't supported`;
  }
  if (issue?.code === "too_small") {
    return "is empty";
  }
  if (issue?.code !== "invalid_type") {
    return "isn't valid";
  }
  return issue.input === undefined ? "is missing" : (expectations[issue.expected] ?? "isn't valid");
}

/** A key shows only if it looks like a field's name: `token=abc` without its space is a key, too. */
function printedKey(key: string): string {
  return /^[a-z]+(?:-?[A-Za-z]+){0,5}$/.test(key) && key.length <= 32
    ? quotedName(key)
    : "a key that isn't a field's name";
}
