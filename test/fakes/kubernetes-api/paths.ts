/** The few paths that are no resources. */
import type { ApiAnswer } from "./api-call.ts";
import { allResources } from "./resources.ts";
import type { PathRequest } from "./routes.ts";
import { methodNotAllowed, Surprise } from "./status.ts";

const version = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3",
  gitCommit: "fake",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "go1.26",
  compiler: "gc",
  platform: "linux/amd64",
};

export function answerPath({ path, verb }: PathRequest): ApiAnswer {
  if (verb !== "get") {
    throw methodNotAllowed();
  }
  switch (path) {
    case "/version":
      return { status: 200, body: version };
    case "/healthz":
    case "/readyz":
    case "/livez":
      return { status: 200, body: "ok" };
    case "/api":
      return { status: 200, body: { kind: "APIVersions", versions: ["v1"] } };
    case "/api/v1":
      return { status: 200, body: coreResources() };
    default:
      return unserved(path);
  }
}

function unserved(path: string): ApiAnswer {
  if (path === "/apis" || path.startsWith("/apis/") || path.startsWith("/openapi/")) {
    throw new Surprise(path);
  }
  return { status: 404, body: "404 page not found\n" };
}

function coreResources(): object {
  const core = allResources.filter(({ group }) => group === "");
  return {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: core.map(({ plural, kind, namespaced }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: ["create", "delete", "get", "list", "patch", "update"],
    })),
  };
}
