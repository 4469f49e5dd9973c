/** Lists: by name, with as little in them as needed, page by page where the server divides them. */
import type * as z from "zod";
import { ClusterError } from "../../errors.ts";
import { tooLarge } from "../transport/answer-limits.ts";
import type { SendRequest } from "../transport/request.ts";
import { type Answer, isJsonObject, malformed } from "./answer.ts";
import { misshapen, parseAs } from "./answer-shape.ts";
import { listSchema } from "./objects.ts";

export interface ListQuery<T extends z.ZodType> {
  /** For messages: `list secrets ecr-pull`. */
  readonly what: string;
  readonly path: string;
  readonly accept: string;
  readonly item: T;
  /** Only objects of this name. */
  readonly name?: string | undefined;
  /** The one that the path says. */
  readonly namespace?: string | undefined;
  /** As the API server takes it; whether it was kept to is for the caller to check. */
  readonly labelSelector?: string | undefined;
  /** Besides the name. */
  readonly fieldSelector?: string | undefined;
  /**
   * From the API server's cache (`resourceVersion=0`), maybe a moment old: a list from etcd makes it
   * read every object of that type, whatever the selector.
   */
  readonly cached: boolean;
}

export interface ListLimits {
  readonly signal: AbortSignal;
  /** All pages together, decompressed. */
  readonly maxListBytes: number;
}

// Of 500 objects each, as servers divide: more than any cluster holds.
const maxPages = 2_000;

/** @throws ClusterError */
export async function listObjects<T extends z.ZodType>(
  send: SendRequest,
  query: ListQuery<T>,
  limits: ListLimits,
): Promise<z.output<T>[]> {
  try {
    return await allPages(send, query, limits);
  } catch (error) {
    if (error instanceof ClusterError && error.status === 410) {
      // The continue token outlived the versions that the server keeps: begin anew, once.
      return await allPages(send, query, limits);
    }
    throw error;
  }
}

async function allPages<T extends z.ZodType>(
  send: SendRequest,
  query: ListQuery<T>,
  { signal, maxListBytes }: ListLimits,
): Promise<z.output<T>[]> {
  const { what, accept } = query;
  const headers = { accept, "accept-encoding": "gzip" };
  const items: z.output<T>[] = [];
  let bytesLeft = maxListBytes;
  let page: string | undefined;
  for (let pages = 1; pages <= maxPages && bytesLeft > 0; pages += 1) {
    const path = `${query.path}?${searchOf(query, page)}`;
    const request = { what, method: "GET", path, headers, body: undefined, form: "list" } as const;
    const answer = await send({ ...request, maxBytes: bytesLeft }, signal);
    const list = parseAs(listSchema, answer.body, query);
    collect(answer, query, items);
    const next = list.metadata?.continue || undefined;
    if (next === undefined) {
      return items;
    }
    if (next === page) {
      break;
    }
    page = next;
    bytesLeft -= answer.bytes;
  }
  throw bytesLeft > 0
    ? malformed(query, "a list whose pages never end")
    : tooLarge({ what, maxBytes: maxListBytes });
}

function collect<T extends z.ZodType>(
  answer: Answer,
  query: ListQuery<T>,
  items: z.output<T>[],
): void {
  for (const [index, json] of answer.items.entries()) {
    const spot = { what: query.what, index };
    const value = parseItem(json, spot);
    if (isWanted(value, query)) {
      items.push(parseAs(query.item, value, spot));
    }
  }
}

function parseItem(json: Buffer, spot: { readonly what: string; readonly index: number }): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    throw misshapen(spot, [], "not JSON");
  }
}

/** A server, or a proxy with a cache, may ignore a selector: others' objects are no answer. */
function isWanted(value: unknown, { name, namespace }: ListQuery<z.ZodType>): boolean {
  const metadata = isJsonObject(value) ? value["metadata"] : undefined;
  if (!isJsonObject(metadata)) {
    return true;
  }
  const isOther = (found: unknown, wanted: string | undefined) =>
    typeof found === "string" && wanted !== undefined && found !== wanted;
  return !isOther(metadata["name"], name) && !isOther(metadata["namespace"], namespace);
}

function searchOf(query: ListQuery<z.ZodType>, page: string | undefined): URLSearchParams {
  const search = new URLSearchParams();
  const { name, labelSelector, fieldSelector } = query;
  const byName = name === undefined ? undefined : `metadata.name=${escapeSelector(name)}`;
  const fields = [byName, fieldSelector].filter((selector) => selector !== undefined).join(",");
  if (fields !== "") {
    search.set("fieldSelector", fields);
  }
  if (labelSelector !== undefined) {
    search.set("labelSelector", labelSelector);
  }
  if (page !== undefined) {
    // The token carries its version; the server refuses another one beside it.
    search.set("continue", page);
  } else if (query.cached) {
    search.set("resourceVersion", "0");
  }
  return search;
}

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/fields#EscapeValue */
function escapeSelector(value: string): string {
  return value.replace(/[\\,=]/g, "\\$&");
}
