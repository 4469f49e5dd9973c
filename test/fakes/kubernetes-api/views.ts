/** What tests look at in stored objects. */
import { type ApiObject, isJsonObject } from "./object.ts";

/** Decoded values by key; undefined: no such secret. */
export function decodedData(
  secret: ApiObject | undefined,
): Readonly<Record<string, string>> | undefined {
  if (secret === undefined) {
    return undefined;
  }
  const data = isJsonObject(secret["data"]) ? secret["data"] : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(String(value), "base64").toString(),
    ]),
  );
}

/** The pull secrets that an account links, in their order; undefined: no such account. */
export function linked(account: ApiObject | undefined): readonly string[] | undefined {
  if (account === undefined) {
    return undefined;
  }
  const entries = account["imagePullSecrets"];
  return Array.isArray(entries) ? entries.map((entry) => String(entry?.name)) : [];
}
