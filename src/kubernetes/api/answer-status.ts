/** Errors of an API server (`kind: Status`), by what callers do about them. */
import * as z from "zod";
import {
  ClusterError,
  type ClusterErrorKind,
  type FieldConflict,
  type Refuser,
} from "../../errors.ts";
import { cleanText } from "./answer-text.ts";

const causeSchema = z.object({
  reason: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  field: z.string().optional().catch(undefined),
});

const statusSchema = z.object({
  kind: z.literal("Status"),
  reason: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  details: z
    .object({ causes: z.array(causeSchema).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export type Status = z.infer<typeof statusSchema>;

/** Undefined if it isn't one: then it isn't an API server that speaks. */
export function readStatus(body: unknown): Status | undefined {
  return statusSchema.safeParse(body).data;
}

export interface FailedAnswer {
  readonly what: string;
  readonly status: Status | undefined;
  /** Set if the body is an HTML page. */
  readonly page: string | undefined;
}

export function statusError(code: number, { what, status, page }: FailedAnswer): ClusterError {
  const kind = kindOf(code, status);
  const said = status?.message === undefined ? "" : cleanText(status.message);
  const text = said === "" ? `the API server answered ${code}` : said;
  return new ClusterError(kind, `${what}: ${text}`, {
    status: code,
    hint: page ?? hints[kind],
    conflicts: status ? fieldConflicts(status) : [],
    refuser: status && kind === "forbidden" ? refuserOf(status) : undefined,
  });
}

const hints: Partial<Record<ClusterErrorKind, string>> = {
  unauthorized:
    "the credential in the kubeconfig is expired or revoked, or belongs to another cluster: get a new one",
  malformed: "no API server answers like this: is the kubeconfig's server right, with its path?",
  throttled: "the API server is overloaded",
};

function kindOf(code: number, status: Status | undefined): ClusterErrorKind {
  switch (code) {
    case 401:
      return "unauthorized";
    case 403:
      return status && isTerminating(status) ? "terminating" : "forbidden";
    case 429:
      return "throttled";
    default:
      return code >= 500 ? "server" : refusalKind(code, status);
  }
}

/** These decide what a sweep does next, so they count only in an API server's own words. */
function refusalKind(code: number, status: Status | undefined): ClusterErrorKind {
  if (!status) {
    return "malformed";
  }
  if (isPolicyDenial(status)) {
    return "forbidden";
  }
  switch (code) {
    case 404:
      return "not-found";
    case 409:
      return "conflict";
    case 422:
      return mentions(status, /field is immutable/) ? "immutable" : "invalid";
    default:
      return "invalid";
  }
}

/** Of a message: what people write is shorter. */
const maxExamined = 10_000;

function isTerminating(status: Status): boolean {
  const causes = status.details?.causes ?? [];
  return (
    causes.some(({ reason }) => reason === "NamespaceTerminating") ||
    mentions(status, /because it is being terminated/)
  );
}

/** A policy's denial comes as 422 or 400, whatever its author chose. */
function isPolicyDenial(status: Status): boolean {
  return mentions(
    status,
    /^ValidatingAdmissionPolicy .*denied request|admission webhook .*denied the request/,
  );
}

const byAuthorization =
  /^\S+(?: "[^"\n]*")? is forbidden: (?:User "[^\n]*" cannot |user "[^\n]*is attempting to grant RBAC permissions)/;
const byPolicy = /^ValidatingAdmissionPolicy '([^'\n]+)' with binding '[^'\n]*' denied request/;

/** As kube-apiserver words it: RBAC and its escalation check in the message, a policy in a cause. */
function refuserOf({ message = "", details }: Status): Refuser | undefined {
  if (byAuthorization.test(message.slice(0, maxExamined))) {
    return { by: "authorization" };
  }
  const causes = details?.causes ?? [];
  const names = causes.map(
    (cause) => byPolicy.exec(cause.message?.slice(0, maxExamined) ?? "")?.[1],
  );
  const name = names.find((each) => each !== undefined);
  return name === undefined ? undefined : { by: "policy", name: cleanText(name) };
}

function mentions(status: Status, text: RegExp): boolean {
  const causes = status.details?.causes ?? [];
  return [status.message, ...causes.map(({ message }) => message)].some(
    (message) => message !== undefined && text.test(message.slice(0, maxExamined)),
  );
}

/** `conflict with "kubectl-edit" using v1 at …`: the manager's name stands only in the message. */
function fieldConflicts(status: Status): FieldConflict[] {
  const causes = status.details?.causes ?? [];
  return causes
    .filter(({ reason }) => reason === "FieldManagerConflict")
    .map(({ message = "", field = "" }) => ({
      manager: cleanText(/conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? "unknown"),
      field: cleanText(field),
    }));
}
