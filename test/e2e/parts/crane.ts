import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { partPath } from "./part-paths.ts";
import { run } from "./processes.ts";
import type { Workspace } from "./workspace.ts";

export interface CraneOptions {
  /** The text of a `.dockerconfigjson`; without it crane has no credential at all. */
  readonly dockerConfigJson?: string;
}

export interface CraneContext extends CraneOptions {
  readonly workspace: Workspace;
  readonly proxyUrl: string;
}

/** Runs crane with a home of its own, and gives its stdout. Throws CommandError. */
export async function runCrane(args: readonly string[], context: CraneContext): Promise<string> {
  const { workspace, proxyUrl, dockerConfigJson = "{}" } = context;
  const home = await mkdtemp(join(workspace.directory, "docker-config-"));
  await writeFile(join(home, "config.json"), dockerConfigJson, { mode: 0o600 });
  // Insecure: the credential is on trial, not the certificate, and Go on macOS takes no CA of ours.
  return await run(partPath("crane"), ["--insecure", ...args], {
    // Both proxies: insecure also means that crane tries plain http when https fails.
    env: { HOME: home, DOCKER_CONFIG: home, HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl },
  });
}
