/** The errors of an API server, worded as a real one words them. */
import type { Resource } from "./resources.ts";

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly Partial<StatusCause>[];
  readonly retryAfterSeconds?: number;
}

interface StatusParts {
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly continue?: string;
}

/** Ends a request with a Status object. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly code: number;
  readonly parts: StatusParts;

  constructor(code: number, message: string, parts: StatusParts = {}) {
    super(message);
    this.code = code;
    this.parts = parts;
  }

  get body(): object {
    return statusBody(this.code, this.message, this.parts);
  }
}

/** The fake was asked for something that it doesn't imitate: the test must hear of it. */
export class Surprise extends ApiError {
  override readonly name = "Surprise";

  constructor(what: string) {
    super(500, `the fake API server doesn't imitate this: ${what}`, { reason: "InternalError" });
  }
}

export function statusBody(code: number, message: string, parts: StatusParts = {}): object {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: parts.continue === undefined ? {} : { continue: parts.continue },
    status: "Failure",
    message,
    ...(parts.reason === undefined ? {} : { reason: parts.reason }),
    ...(parts.details === undefined ? {} : { details: parts.details }),
    code,
  };
}

export const badRequest = (message: string) => new ApiError(400, message, { reason: "BadRequest" });

export const unauthorized = () => new ApiError(401, "Unauthorized", { reason: "Unauthorized" });

export const unknownPath = () =>
  new ApiError(404, "the server could not find the requested resource", {
    reason: "NotFound",
    details: {},
  });

export const methodNotAllowed = () =>
  new ApiError(405, "the server does not allow this method on the requested resource", {
    reason: "MethodNotAllowed",
    details: {},
  });

export const notAcceptable = (message: string) =>
  new ApiError(406, message, { reason: "NotAcceptable" });

export const unsupportedMediaType = (message = "415: Unsupported Media Type") =>
  new ApiError(415, message, { reason: "UnsupportedMediaType", details: {} });

export const tooLarge = (limitBytes: number) =>
  new ApiError(413, `Request entity too large: limit is ${limitBytes}`, {
    reason: "RequestEntityTooLarge",
  });

export function qualified(resource: Pick<Resource, "plural" | "group">): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function detailsOf(resource: Pick<Resource, "plural" | "group">, name?: string): StatusDetails {
  return {
    ...(name === undefined ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

export const notFound = (resource: Resource, name: string) =>
  new ApiError(404, `${qualified(resource)} "${name}" not found`, {
    reason: "NotFound",
    details: detailsOf(resource, name),
  });

export function alreadyExists(resource: Resource, name: string, ending: boolean): ApiError {
  const why = ending ? "object is being deleted: " : "";
  return new ApiError(409, `${why}${qualified(resource)} "${name}" already exists`, {
    reason: "AlreadyExists",
    details: detailsOf(resource, name),
  });
}

export const conflict = (resource: Resource, name: string, why: string) =>
  new ApiError(409, `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, {
    reason: "Conflict",
    details: detailsOf(resource, name),
  });

export const modified = (resource: Resource, name: string) =>
  conflict(
    resource,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );

/** A precondition names the kind, not the plural: a quirk of the real server. */
export const preconditionFailed = (resource: Resource, name: string, why: string) =>
  conflict({ ...resource, plural: resource.kind }, name, why);

export function forbidden(
  resource: Pick<Resource, "plural" | "group">,
  name: string | undefined,
  why: string,
  causes?: readonly StatusCause[],
): ApiError {
  const subject = name === undefined ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return new ApiError(403, `${subject} is forbidden: ${why}`, {
    reason: "Forbidden",
    details: { ...detailsOf(resource, name), ...(causes === undefined ? {} : { causes }) },
  });
}

export function invalid(
  kind: { readonly kind: string; readonly group: string },
  name: string,
  causes: readonly StatusCause[],
): ApiError {
  const title = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const sentences = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const all = sentences.length === 1 ? sentences[0] : `[${sentences.join(", ")}]`;
  return new ApiError(422, `${title} "${name}" is invalid: ${all}`, {
    reason: "Invalid",
    details: {
      ...(name === "" ? {} : { name }),
      ...(kind.group === "" ? {} : { group: kind.group }),
      kind: kind.kind,
      causes,
    },
  });
}

export function tooLargeResourceVersion(asked: number, current: number): ApiError {
  return new ApiError(504, `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    reason: "Timeout",
    details: {
      causes: [
        {
          reason: "ResourceVersionTooLarge",
          message: "Too large resource version",
          field: "",
        },
      ],
      retryAfterSeconds: 1,
    },
  });
}

export const invalidValue = (field: string, value: unknown, why: string): StatusCause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

export const required = (field: string, why = ""): StatusCause => ({
  reason: "FieldValueRequired",
  message: why === "" ? "Required value" : `Required value: ${why}`,
  field,
});

export const forbiddenField = (field: string, why: string): StatusCause => ({
  reason: "FieldValueForbidden",
  message: `Forbidden: ${why}`,
  field,
});

export const tooLong = (field: string, limitBytes: number): StatusCause => ({
  reason: "FieldValueTooLong",
  message: `Too long: may not be more than ${limitBytes} bytes`,
  field,
});

export const notSupported = (
  field: string,
  value: unknown,
  supported: readonly string[],
): StatusCause => ({
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`,
  field,
});
