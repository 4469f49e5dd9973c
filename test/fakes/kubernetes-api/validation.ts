/** What a real API server refuses: names, labels, annotations, and the types of secrets. */
import { isDeepStrictEqual } from "node:util";
import type { ApiObject, Metadata } from "./object.ts";
import { isJsonObject } from "./object.ts";
import { namespaces, type Resource, secrets } from "./resources.ts";
import {
  forbiddenField,
  invalid,
  invalidValue,
  required,
  type StatusCause,
  tooLong,
} from "./status.ts";

const secretLimitBytes = 1024 * 1024;
const annotationsLimitBytes = 256 * 1024;

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const subdomainMessage = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const labelMessage = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;
const namePartMessage = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
const labelValueMessage = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
const configKeyMessage = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;

/** @throws ApiError 422 */
export function validate(resource: Resource, object: ApiObject, before?: ApiObject): void {
  const causes = [
    ...(before === undefined ? nameProblems(resource, object.metadata) : []),
    ...metadataProblems(object.metadata, before?.metadata),
    ...(resource === secrets ? secretProblems(object, before) : []),
  ];
  if (causes.length > 0) {
    throw invalid(resource, object.metadata.name, causes);
  }
}

function nameProblems(resource: Resource, { name }: Metadata): StatusCause[] {
  if (name === "") {
    return [required("metadata.name", "name or generateName is required")];
  }
  const asLabel = resource === namespaces;
  const limit = asLabel ? 63 : 253;
  if (name.length > limit) {
    return [invalidValue("metadata.name", name, `must be no more than ${limit} bytes`)];
  }
  if (resource.group !== "") {
    return [];
  }
  const pattern = new RegExp(`^${asLabel ? label : subdomain}$`);
  const message = asLabel ? labelMessage : subdomainMessage;
  return pattern.test(name) ? [] : [invalidValue("metadata.name", name, message)];
}

function metadataProblems(metadata: Metadata, before: Metadata | undefined): StatusCause[] {
  const labels = Object.entries(metadata.labels ?? {});
  const annotations = Object.entries(metadata.annotations ?? {});
  const bytes = annotations.reduce((sum, entry) => sum + Buffer.byteLength(entry.join("")), 0);
  return [
    ...(before === undefined ? [] : immutableMetadata(metadata, before)),
    ...labels.flatMap(([key]) => keyProblems("metadata.labels", key, key)),
    ...labels.flatMap(([, value]) => labelValueProblems(value)),
    ...annotations.flatMap(([key]) => keyProblems("metadata.annotations", key, key.toLowerCase())),
    ...(bytes > annotationsLimitBytes
      ? [tooLong("metadata.annotations", annotationsLimitBytes)]
      : []),
  ];
}

function immutableMetadata(metadata: Metadata, before: Metadata): StatusCause[] {
  const added = (metadata.finalizers ?? []).filter((one) => !before.finalizers?.includes(one));
  return [
    ...(metadata.uid === before.uid
      ? []
      : [invalidValue("metadata.uid", metadata.uid, "field is immutable")]),
    ...(before.deletionTimestamp === undefined || added.length === 0
      ? []
      : [
          forbiddenField(
            "metadata.finalizers",
            `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(", ")}}`,
          ),
        ]),
  ];
}

function keyProblems(field: string, key: string, checked: string): StatusCause[] {
  const slash = checked.lastIndexOf("/");
  const prefix = slash < 0 ? undefined : checked.slice(0, slash);
  const name = checked.slice(slash + 1);
  if (prefix !== undefined && !new RegExp(`^${subdomain}$`).test(prefix)) {
    return [invalidValue(field, key, `prefix part ${subdomainMessage}`)];
  }
  if (name.length > 63) {
    return [invalidValue(field, key, "name part must be no more than 63 bytes")];
  }
  return /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name)
    ? []
    : [invalidValue(field, key, namePartMessage)];
}

function labelValueProblems(value: string): StatusCause[] {
  if (value.length > 63) {
    return [invalidValue("metadata.labels", value, "must be no more than 63 bytes")];
  }
  return /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)
    ? []
    : [invalidValue("metadata.labels", value, labelValueMessage)];
}

function secretProblems(secret: ApiObject, before: ApiObject | undefined): StatusCause[] {
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
