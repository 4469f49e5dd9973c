/** The few paths that are no resources. */
import type { ApiAnswer } from "./api-call.ts";
import { discover, plainNotFound, type ServedVersion } from "./discovery.ts";
import type { PathRequest } from "./routes.ts";
import { methodNotAllowed, Surprise } from "./status.ts";

export function answerPath(server: ServedVersion, { path, verb }: PathRequest): ApiAnswer {
  if (verb !== "get") {
    throw methodNotAllowed();
  }
  switch (path) {
    case "/version":
      return { status: 200, body: versionOf(server.gitVersion) };
    case "/healthz":
    case "/readyz":
    case "/livez":
      return { status: 200, body: "ok" };
    default:
      return isBelow(path, "/api") || isBelow(path, "/apis")
        ? discover(server, path)
        : unserved(path);
  }
}

function versionOf(gitVersion: string): object {
  const [major, minor] = gitVersion.replace("v", "").split(".");
  return {
    major,
    minor,
    gitVersion,
    gitCommit: "fake",
    gitTreeState: "clean",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "go1.26",
    compiler: "gc",
    platform: "linux/amd64",
  };
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function unserved(path: string): ApiAnswer {
  if (isBelow(path, "/openapi")) {
    throw new Surprise(path);
  }
  return plainNotFound;
}
