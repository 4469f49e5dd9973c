/** How an answer is written: whole or metadata only, JSON, compressed when it is long. */
import { gzipSync } from "node:zlib";
import type { ListAnswer } from "./lists.ts";
import type { ApiObject } from "./object.ts";
import { apiVersionOf, type Resource } from "./resources.ts";
import { notAcceptable, Surprise } from "./status.ts";

export type Representation = "whole" | { readonly as: "object" | "list"; readonly version: string };

const gzipThresholdBytes = 128 * 1024;

/** The first of the `Accept` clauses that the server knows. @throws ApiError 406 */
export function negotiate(accept: string | undefined): Representation {
  const clauses = (accept ?? "*/*").split(",").map((clause) => clause.trim());
  for (const clause of clauses) {
    const found = negotiateClause(clause);
    if (found !== undefined) {
      return found;
    }
  }
  throw clauses.some((clause) => clause.startsWith("application/json"))
    ? notAcceptable(
        "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
      )
    : notAcceptable(
        "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
      );
}

function negotiateClause(clause: string): Representation | undefined {
  const [type = "", ...rest] = clause.split(";").map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [key = "", value = ""] = part.split("=");
      return [key, value];
    }),
  );
  const as = parameters.get("as");
  if (type === "application/yaml" || type === "application/vnd.kubernetes.protobuf") {
    throw new Surprise(`answers as ${type}`);
  }
  if (type !== "application/json" && type !== "*/*") {
    return undefined;
  }
  return as === undefined ? "whole" : partial(as, parameters);
}

function partial(as: string, parameters: ReadonlyMap<string, string>): Representation | undefined {
  const version = parameters.get("v");
  const known = parameters.get("g") === "meta.k8s.io" && ["v1", "v1beta1"].includes(version ?? "");
  if (version === undefined || !known) {
    return undefined;
  }
  if (as === "Table") {
    throw new Surprise("answers as Table");
  }
  const shapes = { PartialObjectMetadata: "object", PartialObjectMetadataList: "list" } as const;
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList"
    ? { as: shapes[as], version }
    : undefined;
}

export function representObject(
  resource: Resource,
  object: ApiObject,
  representation: Representation,
): object {
  if (representation === "whole") {
    return {
      ...resource.shown,
      ...object,
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
    };
  }
  if (representation.as === "list") {
    throw notAcceptable(
      `you requested PartialObjectMetadataList, but the requested object is not a list (*core.${resource.kind})`,
    );
  }
  return metadataOnly(object, representation.version);
}

export function representList(
  resource: Resource,
  list: ListAnswer,
  representation: Representation,
): object {
  if (representation === "whole") {
    return {
      kind: `${resource.kind}List`,
      apiVersion: apiVersionOf(resource),
      metadata: list.metadata,
      items: list.items.map(({ kind: _, apiVersion: __, ...object }) => ({
        ...resource.shown,
        ...object,
      })),
    };
  }
  if (representation.as === "object") {
    throw notAcceptable(
      `you requested PartialObjectMetadata, but the requested object is a list (*core.${resource.kind}List)`,
    );
  }
  const items = list.items.map((object) => metadataOnly(object, representation.version));
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: `meta.k8s.io/${representation.version}`,
    metadata: list.metadata,
    // Not an empty list: a nil slice of Go's.
    items: items.length === 0 ? null : items,
  };
}

function metadataOnly(object: ApiObject, version: string): object {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object.metadata,
  };
}

export interface EncodedBody {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export function encodeBody(text: string, acceptEncoding: string | undefined): EncodedBody {
  const bytes = Buffer.from(text);
  const gzip = (acceptEncoding ?? "").split(",").some((one) => one.trim().startsWith("gzip"));
  if (!gzip || bytes.length <= gzipThresholdBytes) {
    return { bytes, headers: { "content-length": String(bytes.length) } };
  }
  return {
    bytes: gzipSync(bytes, { level: 1 }),
    headers: { "content-encoding": "gzip", vary: "Accept-Encoding" },
  };
}
