/**
 * What a registry says of a request that it refuses, made fit for a message of ours: one line, short,
 * and without what was shown to it.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
import * as z from "zod";
import { redactTokens } from "../redact-tokens.ts";

export interface RegistryMessage {
  /** `DENIED`, `NAME_UNKNOWN`, `MANIFEST_UNKNOWN`; undefined: it gave none. */
  readonly code: string | undefined;
  readonly text: string | undefined;
}

/** AWS's longest names a principal, an action, a resource and a policy. */
const maxLength = 600;
/** Of what is left without the secrets, so that no cut leaves a part of one. */
const maxExamined = 8_000;

const errorsSchema = z.object({
  errors: z.tuple([z.object({ code: z.unknown(), message: z.unknown() }).partial()], z.unknown()),
});
/** Token services have their own: Docker Hub's `details`, OAuth's `error_description`. */
const otherSchema = z.object({
  details: z.string().optional(),
  error_description: z.string().optional(),
  message: z.string().optional(),
});

/** @param shown what the request showed, and nobody else may see */
export function readMessage(body: string, shown: readonly string[]): RegistryMessage {
  const json = parseJson(body);
  const { data } = errorsSchema.safeParse(json);
  const [first] = data?.errors ?? [];
  const other = otherSchema.safeParse(json).data;
  const text = first?.message ?? other?.details ?? other?.error_description ?? other?.message;
  const code = typeof first?.code === "string" ? first.code : "";
  return {
    code: /^[A-Z_]{1,40}$/.test(code) && !shown.includes(code) ? code : undefined,
    text: typeof text === "string" && text !== "" ? cleanText(text, shown) : undefined,
  };
}

function cleanText(text: string, shown: readonly string[]): string {
  const unshown = shown
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64")])
    .filter((secret) => secret !== "")
    // A whole login before the password in it, so that no part of it is left.
    .sort((one, other) => other.length - one.length)
    .reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text);
  const line = redactTokens(unshown.slice(0, maxExamined))
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
