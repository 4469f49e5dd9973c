/** The rules of secrets: sizes, keys, types, and what stays as it was made. */
import { isDeepStrictEqual } from "node:util";
import { type ApiObject, isJsonObject } from "./object.ts";
import { forbiddenField, invalidValue, required, type StatusCause, tooLong } from "./status.ts";

const secretLimitBytes = 1024 * 1024;

const configKeyMessage = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;

export function secretProblems(secret: ApiObject, before: ApiObject | undefined): StatusCause[] {
  const data = dataOf(secret);
  const bytes = [...data.values()].reduce((sum, value) => sum + value.length, 0);
  return [
    ...(before === undefined ? [] : immutableSecret(secret, before)),
    ...[...data.keys()]
      .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key))
      .map((key) => invalidValue(`data[${key}]`, key, configKeyMessage)),
    ...(bytes > secretLimitBytes ? [tooLong("data", secretLimitBytes)] : []),
    ...typeProblems(secret, data),
  ];
}

function dataOf(secret: ApiObject): Map<string, Buffer> {
  const data = isJsonObject(secret["data"]) ? secret["data"] : {};
  return new Map(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), "base64")]),
  );
}

function immutableSecret(secret: ApiObject, before: ApiObject): StatusCause[] {
  const sealed = before["immutable"] === true;
  const why = "field is immutable when `immutable` is set";
  return [
    ...(secret["type"] === before["type"]
      ? []
      : [invalidValue("type", secret["type"], "field is immutable")]),
    ...(sealed && secret["immutable"] !== true ? [forbiddenField("immutable", why)] : []),
    ...(sealed && !isDeepStrictEqual(secret["data"], before["data"])
      ? [forbiddenField("data", why)]
      : []),
  ];
}

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

function typeProblems(secret: ApiObject, data: ReadonlyMap<string, Buffer>): StatusCause[] {
  const type = String(secret["type"]);
  const missing = (requiredKeys[type] ?? []).filter((key) => !data.has(key));
  switch (type) {
    case "kubernetes.io/dockerconfigjson":
      return jsonProblems(".dockerconfigjson", data);
    case "kubernetes.io/dockercfg":
      return jsonProblems(".dockercfg", data);
    case "kubernetes.io/service-account-token":
      return secret.metadata.annotations?.["kubernetes.io/service-account.name"]
        ? []
        : [required("metadata.annotations[kubernetes.io/service-account.name]")];
    case "kubernetes.io/basic-auth":
      return data.has("username") || data.has("password")
        ? []
        : [required("data[username]"), required("data[password]")];
    default:
      return missing.map((key) => required(`data[${key}]`));
  }
}

function jsonProblems(key: string, data: ReadonlyMap<string, Buffer>): StatusCause[] {
  const value = data.get(key);
  if (value === undefined) {
    return [required(`data[${key}]`)];
  }
  const why = jsonProblem(value.toString());
  return why === undefined ? [] : [invalidValue(`data[${key}]`, "<secret contents redacted>", why)];
}

function jsonProblem(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) || parsed === null
      ? undefined
      : `json: cannot unmarshal ${Array.isArray(parsed) ? "array" : typeof parsed} into Go value of type map[string]interface {}`;
  } catch {
    return "unexpected end of JSON input";
  }
}
