/** The query parameters of a request, checked as the real server checks them. */
import type { ResourceRequest, Verb } from "./routes.ts";
import { invalid, type StatusCause, Surprise, tooLong } from "./status.ts";

const readable = ["pretty"];
const writable = [...readable, "dryRun", "fieldManager", "fieldValidation"];
const listable = [
  ...readable,
  "fieldSelector",
  "labelSelector",
  "limit",
  "continue",
  "resourceVersion",
  "resourceVersionMatch",
  "timeoutSeconds",
];

const imitated: Readonly<Record<Verb, readonly string[]>> = {
  get: [...readable, "resourceVersion"],
  list: listable,
  watch: [],
  create: writable,
  update: writable,
  patch: [...writable, "force"],
  delete: [...readable, "dryRun"],
  deletecollection: [],
};

/** A real server ignores what it doesn't know; a test should hear of a misspelt parameter. */
export function checkParameters(request: ResourceRequest, query: URLSearchParams): void {
  const unknown = [...query.keys()].filter((key) => !imitated[request.verb].includes(key));
  if (unknown.length > 0) {
    throw new Surprise(`the parameter ${unknown.join(", ")} of ${request.verb} ${request.plural}`);
  }
  if (query.has("fieldValidation") && query.get("fieldValidation") !== "Ignore") {
    throw new Surprise(`fieldValidation=${query.get("fieldValidation")}`);
  }
}

export interface WriteOptions {
  readonly manager: string;
  /** As the client gave it; undefined: `manager` is what its user agent begins with. */
  readonly fieldManager: string | undefined;
  readonly dryRun: boolean;
  readonly force: boolean;
}

const optionKinds: Readonly<Partial<Record<string, string>>> = {
  create: "CreateOptions",
  update: "UpdateOptions",
  patch: "PatchOptions",
  delete: "DeleteOptions",
};

/** @throws ApiError 422 */
export function writeOptions(
  verb: string,
  query: URLSearchParams,
  client: { readonly userAgent: string; readonly applies: boolean },
): WriteOptions {
  const manager = query.get("fieldManager") ?? "";
  const problems = [
    ...managerProblems(manager, client.applies),
    ...dryRunProblems(query),
    ...(query.has("force") && !client.applies ? [forceProblem] : []),
  ];
  if (problems.length > 0) {
    throw invalid({ kind: optionKinds[verb] ?? "Options", group: "meta.k8s.io" }, "", problems);
  }
  return {
    fieldManager: manager === "" ? undefined : manager,
    manager: manager || (client.userAgent.split("/")[0] ?? "").slice(0, 128) || "unknown",
    dryRun: query.get("dryRun") === "All",
    // Whatever isn't a plain no means yes, on the real server too.
    force: query.has("force") && !["false", "0"].includes(query.get("force") ?? ""),
  };
}

const forceProblem: StatusCause = {
  reason: "FieldValueForbidden",
  message: "Forbidden: may not be specified for non-apply patch",
  field: "force",
};

function managerProblems(manager: string, applies: boolean): StatusCause[] {
  if (manager === "" && applies) {
    return [
      {
        reason: "FieldValueRequired",
        message: "Required value: is required for apply patch",
        field: "fieldManager",
      },
    ];
  }
  return Buffer.byteLength(manager) > 128 ? [tooLong("fieldManager", 128)] : [];
}

function dryRunProblems(query: URLSearchParams): StatusCause[] {
  const value = query.get("dryRun");
  return value === null || value === "All"
    ? []
    : [
        {
          reason: "FieldValueNotSupported",
          message: `Unsupported value: ${JSON.stringify([value])}: supported values: "All"`,
          field: "dryRun",
        },
      ];
}
