/** What registries have in common: manifests by name, and errors as JSON. */
import { createHash } from "node:crypto";

export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly authorization: string | undefined;
}

export interface RegistryReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Takes the request, and never answers. */
  readonly silent?: boolean;
  /** Sends its body again and again, until nobody takes it any more. */
  readonly isEndless?: boolean;
}

export type Registry = (request: RegistryRequest) => RegistryReply;

export interface ManifestQuestion {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

const manifestPath = /^\/v2\/(?<repository>[a-z0-9._/-]+)\/manifests\/(?<reference>[\w.:-]+)$/;

/** Undefined for a path that isn't a manifest's. */
export function manifestQuestion({ method, path }: RegistryRequest): ManifestQuestion | undefined {
  const { repository, reference } = manifestPath.exec(path)?.groups ?? {};
  const isRead = method === "HEAD" || method === "GET";
  return isRead && repository !== undefined && reference !== undefined
    ? { repository, reference }
    : undefined;
}

const indexType = "application/vnd.oci.image.index.v1+json";

/** Images by repository and tag: an index each, whose content is its name. */
export function createImages() {
  const repositories = new Map<string, Map<string, string>>();
  return {
    push(repository: string, tag: string): string {
      const tags = repositories.get(repository) ?? new Map<string, string>();
      repositories.set(repository, tags);
      const content = JSON.stringify({ schemaVersion: 2, mediaType: indexType, name: tag });
      tags.set(tag, content);
      return digestOf(content);
    },
    has: (repository: string) => repositories.has(repository),
    /** The index, or undefined. A client that doesn't take indexes gets none. */
    find({ repository, reference }: ManifestQuestion, accept: string): RegistryReply | undefined {
      const contents = repositories.get(repository);
      const body =
        contents?.get(reference) ??
        [...(contents?.values() ?? [])].find((content) => digestOf(content) === reference);
      if (body === undefined || !accept.split(/, */).includes(indexType)) return undefined;
      const headers = { "content-type": indexType, "docker-content-digest": digestOf(body) };
      return { status: 200, headers, body };
    },
  };
}

export function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): RegistryReply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify({ errors: [{ code, message }] }),
  };
}

export function basicLogin(authorization: string | undefined): string | undefined {
  const encoded = /^Basic (.+)$/.exec(authorization ?? "")?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString();
}

function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
