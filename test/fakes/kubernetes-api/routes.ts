/** From method and path to what a request is about, as authorisation and routing see it. */
import { allResources, type Resource } from "./resources.ts";
import { selectedName } from "./selectors.ts";

export type Verb =
  | "get"
  | "list"
  | "watch"
  | "create"
  | "update"
  | "patch"
  | "delete"
  | "deletecollection";

export interface ResourceRequest {
  readonly type: "resource";
  readonly verb: Verb;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The name of the URL, or the one that a list is pinned to: what RBAC compares. */
  readonly authorisedName: string | undefined;
  /** Undefined: no resource of the fake. */
  readonly resource: Resource | undefined;
}

export interface PathRequest {
  readonly type: "path";
  readonly verb: string;
  readonly path: string;
}

export function parseRequest(method: string, url: URL): ResourceRequest | PathRequest {
  const segments = url.pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeURIComponent);
  const [root, ...rest] = segments;
  const group = root === "apis" ? rest[0] : "";
  const [version, ...parts] = root === "apis" ? rest.slice(1) : rest;
  const known = root === "api" || root === "apis";
  if (!known || group === undefined || version === undefined || parts.length === 0) {
    return { type: "path", verb: method.toLowerCase(), path: url.pathname };
  }
  const place = parsePlace(parts);
  const verb = verbOf(method, place.name, url.searchParams);
  const pinned = ["list", "watch", "deletecollection"].includes(verb)
    ? selectedNameOrNone(url.searchParams.get("fieldSelector"))
    : undefined;
  return {
    type: "resource",
    verb,
    group,
    version,
    ...place,
    authorisedName: place.name ?? pinned,
    resource: allResources.find(
      (one) => one.group === group && one.version === version && one.plural === place.plural,
    ),
  };
}

interface Place {
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

// `namespaces/x` is the namespace itself, and lies in x; `namespaces/x/secrets` is a collection in it.
function parsePlace(parts: readonly string[]): Place {
  const [first = "", second, third, ...rest] = parts;
  const inNamespace =
    first === "namespaces" && third !== undefined && !["finalize", "status"].includes(third);
  if (inNamespace) {
    const [name, subresource] = rest;
    return { namespace: second, plural: third, name, subresource };
  }
  return {
    namespace: first === "namespaces" ? second : undefined,
    plural: first,
    name: second,
    subresource: third,
  };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): Verb {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
    default:
      return readVerb(name, query);
  }
}

function readVerb(name: string | undefined, query: URLSearchParams): Verb {
  if (name !== undefined) {
    return "get";
  }
  return ["true", "1"].includes(query.get("watch") ?? "") ? "watch" : "list";
}

// A selector that can't be parsed pins nothing; the list itself refuses it.
function selectedNameOrNone(selector: string | null): string | undefined {
  try {
    return selectedName(selector);
  } catch {
    return undefined;
  }
}
