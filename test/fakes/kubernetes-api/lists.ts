/** LIST: selectors, pages, and the revision that a list shows. */
import type { ApiObject } from "./object.ts";
import { isJsonObject } from "./object.ts";
import type { Resource } from "./resources.ts";
import { fieldSelector, labelSelector } from "./selectors.ts";
import { ApiError, badRequest, invalid, Surprise, tooLargeResourceVersion } from "./status.ts";
import type { Store, StoredObject } from "./store.ts";

export interface ListAnswer {
  readonly items: readonly ApiObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** Where a page starts; revision -1: at the newest state, after the old one has expired. */
interface Position {
  readonly revision: number;
  readonly start: string;
}

export function list(
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
): ListAnswer {
  const byField = fieldSelector(resource, query.get("fieldSelector"));
  const byLabel = labelSelector(query.get("labelSelector"));
  const position = startingPosition(store, query);
  const limit = limitOf(query, position);
  const revision = position.revision < 0 ? store.revision() : position.revision;
  const candidates = store
    .list(resource, namespace, revision)
    .filter(({ key }) => key >= position.start);
  const page = takePage(candidates, limit, ({ object }) => byField(object) && byLabel(object));
  const selective = query.get("fieldSelector") || query.get("labelSelector");
  return {
    items: page.items.map(({ object }) => object),
    metadata: {
      resourceVersion: String(revision),
      ...(page.last === undefined
        ? {}
        : { continue: encodePosition({ revision, start: `${page.last}\0` }) }),
      ...(page.last === undefined || selective ? {} : { remainingItemCount: page.left }),
    },
  };
}

interface Page {
  readonly items: readonly StoredObject[];
  /** The last key that was looked at, if there are more after it. */
  readonly last: string | undefined;
  readonly left: number;
}

function takePage(
  candidates: readonly StoredObject[],
  limit: number,
  matches: (candidate: StoredObject) => boolean,
): Page {
  const items: StoredObject[] = [];
  for (const [index, candidate] of candidates.entries()) {
    if (matches(candidate)) {
      items.push(candidate);
    }
    const left = candidates.length - index - 1;
    if (items.length === limit && left > 0) {
      return { items, last: candidate.key, left };
    }
  }
  return { items, last: undefined, left: 0 };
}

function startingPosition(store: Store, query: URLSearchParams): Position {
  const token = query.get("continue") ?? "";
  const asked = query.get("resourceVersion") ?? "";
  checkVersionMatch(query, asked);
  if (token !== "") {
    if (asked !== "" && asked !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    return unexpired(store, decodePosition(token));
  }
  const revision = parseResourceVersion(asked);
  if (revision > store.revision()) {
    throw tooLargeResourceVersion(revision, store.revision());
  }
  if (revision > 0 && query.has("limit")) {
    throw new Surprise("a list with a limit at a given resourceVersion");
  }
  return { revision: store.revision(), start: "" };
}

function checkVersionMatch(query: URLSearchParams, resourceVersion: string): void {
  const match = query.get("resourceVersionMatch");
  if (match !== null && resourceVersion === "") {
    throw invalid({ kind: "ListOptions", group: "meta.k8s.io" }, "", [
      {
        reason: "FieldValueForbidden",
        message: "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        field: "resourceVersionMatch",
      },
    ]);
  }
  if (match !== null && match !== "NotOlderThan") {
    throw new Surprise(`resourceVersionMatch=${match}`);
  }
}

function parseResourceVersion(text: string): number {
  if (!/^\d*$/.test(text)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}

function limitOf(query: URLSearchParams, position: Position): number {
  const text = query.get("limit") ?? "0";
  if (!/^-?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  // The watch cache, which answers resourceVersion=0, knows no pages.
  const ignored = query.get("resourceVersion") === "0" && position.start === "";
  return ignored || Number(text) <= 0 ? Number.POSITIVE_INFINITY : Number(text);
}

function unexpired(store: Store, position: Position): Position {
  if (position.revision >= 0 && position.revision < store.compactedRevision()) {
    throw new ApiError(
      410,
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
      { reason: "Expired", continue: encodePosition({ ...position, revision: -1 }) },
    );
  }
  return position;
}

function encodePosition(position: Position): string {
  const token = { v: "meta.k8s.io/v1", rv: position.revision, start: position.start };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function decodePosition(token: string): Position {
  const invalidToken = badRequest("invalid continue token: continue key is not valid");
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (
      isJsonObject(parsed) &&
      typeof parsed["rv"] === "number" &&
      typeof parsed["start"] === "string"
    ) {
      return { revision: parsed["rv"], start: parsed["start"] };
    }
  } catch {
    throw invalidToken;
  }
  throw invalidToken;
}
