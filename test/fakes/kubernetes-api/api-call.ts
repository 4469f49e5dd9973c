/** A request as the handlers see it, and what they answer. */
import type { Judge } from "./admission/judge.ts";
import type { ServedVersion } from "./discovery.ts";
import type { PathRequest, ResourceRequest } from "./routes.ts";
import type { User } from "./rules.ts";
import type { TokenIssuer } from "./service-account-tokens.ts";
import { Surprise, unsupportedMediaType } from "./status.ts";
import type { Cluster } from "./writes.ts";

export interface ApiCall {
  readonly request: ResourceRequest | PathRequest;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  readonly userAgent: string;
  readonly body: string;
  readonly user: User;
}

export interface ApiAnswer {
  readonly status: number;
  /** A string is sent as plain text. */
  readonly body: object | string;
}

export interface ApiBackend {
  readonly cluster: Cluster;
  readonly tokens: TokenIssuer;
  readonly judge: Judge;
  readonly server: ServedVersion;
  /** What controllers do of themselves, after each request. */
  readonly afterRequest: () => void;
}

export function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";")[0]?.trim() ?? "";
}

export function requireJson(call: ApiCall): void {
  const type = mediaType(call.contentType);
  if (type === "application/yaml" || type === "application/vnd.kubernetes.protobuf") {
    throw new Surprise(`bodies of type ${type}`);
  }
  if (type !== "" && type !== "application/json") {
    throw unsupportedMediaType(
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    );
  }
}
