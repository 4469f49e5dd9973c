/** Username and password in the value of a kept secret. Pure. */
import * as z from "zod";
import { SecretValue } from "../secret-value.ts";
import type { RegistryLogin } from "./ecr-token.ts";

const loginSchema = z.object({ username: z.string(), password: z.string() });

/** A colon would end it in `auth`, and a header takes no other characters. */
const usernameForm = /^[\x21-\x39\x3b-\x7e]{1,255}$/;

/**
 * @param username given: all of the value is the password; undefined: both are in it, as JSON
 * @returns what is wrong with the value, in words that tell its shape and never its content
 */
export function readStaticLogin(
  value: SecretValue,
  username: string | undefined,
): RegistryLogin | string {
  if (username === undefined) return readBoth(value.reveal());
  const password = withoutFinalNewline(value.reveal());
  if (password === "") return "an empty text";
  return loginSchema.safeParse(parseJson(password)).success
    ? "a username and a password as JSON, which are read without username in the config"
    : loginOf(username, password);
}

/** Docker and what is built on it cut NULs off (`auth`), and no environment holds one. */
function loginOf(username: string, password: string): RegistryLogin | string {
  return password.includes("\0")
    ? "a password with a NUL in it"
    : { username, password: new SecretValue(password) };
}

function readBoth(text: string): RegistryLogin | string {
  const content = parseJson(text);
  if (content === undefined) return "a text that isn't JSON";
  const parsed = loginSchema.safeParse(content);
  if (!parsed.success) {
    const fields = new Set(parsed.error.issues.map(({ path }) => path[0]));
    return fields.has(undefined)
      ? "JSON that isn't an object"
      : `no ${["username", "password"].filter((field) => fields.has(field)).join(" and no ")} as text`;
  }
  const { username, password } = parsed.data;
  if (!usernameForm.test(username)) {
    return username === ""
      ? "an empty username"
      : "a username with colons, spaces, control or non-ASCII characters";
  }
  return password === "" ? "an empty password" : loginOf(username, password);
}

/**
 * Editors end a file with a newline, and `--secret-string file://…` uploads it. A key file in JSON is
 * left as it is: whoever reads it takes the newline for what it is.
 */
function withoutFinalNewline(text: string): string {
  const isJson = text.startsWith("{") && parseJson(text) !== undefined;
  return isJson ? text : text.replace(/\r?\n$/, "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the parser's message would quote the content
  }
}
