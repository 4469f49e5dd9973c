/** Looks for what nobody may read in what somebody can. */

/** Of a kubeconfig: all of it, and what is secret in it, as it stands there, decoded, and signed. */
export function secretsOf(kubeconfig: string): string[] {
  const found = kubeconfig.matchAll(/(?:token|-data): "?([^"\s]+)/g);
  const values = [...found].map(([, value = ""]) => value);
  const pems = values.map((value) => Buffer.from(value, "base64").toString());
  const isPem = (text: string) => text.startsWith("-----BEGIN");
  const signatures = values.flatMap((value) => value.split(".").slice(2));
  return [kubeconfig, ...values, ...pems.filter(isPem), ...signatures];
}

/** Whoever has these two parts of a token lacks only its signature. */
const anyToken = /eyJ[\w-]{20,}\.eyJ[\w-]{20,}/g;
const anyKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/g;

/**
 * Where one of these secrets stands in a text, and any token or key at all, also of those that
 * nobody noted. Says what stands before it.
 */
export function findLeaks(texts: readonly string[], secrets: readonly string[]): string[] {
  const forms = [...new Set(secrets)].flatMap(formsOf);
  return texts.flatMap((text) => [
    ...forms.flatMap((form) => aroundEach(text, [...indexesOf(text, form)])),
    ...[anyToken, anyKey].flatMap((pattern) =>
      aroundEach(
        text,
        [...text.matchAll(pattern)].map(({ index }) => index),
      ),
    ),
  ]);
}

function formsOf(secret: string): string[] {
  if (secret.length < 10) throw new Error("A secret as short as this stands everywhere.");
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return [secret, JSON.stringify(secret).slice(1, -1), base64(secret), base64(`AWS:${secret}`)];
}

function* indexesOf(text: string, part: string): Generator<number> {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) yield at;
}

function aroundEach(text: string, indexes: readonly number[]): string[] {
  return indexes.map((at) => `${text.slice(Math.max(0, at - 100), at)}…`);
}
