import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { partPath } from "./part-paths.ts";
import { run } from "./processes.ts";
import type { Workspace } from "./workspace.ts";

export interface KubectlOptions {
  /** stdin, for `-f -`. */
  readonly input?: string;
  /** A kubeconfig's text; the admin's by default. */
  readonly kubeconfig?: string;
}

/** Runs kubectl and gives its stdout. Throws CommandError, with kubectl's own words. */
export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<string>;

export function createKubectl(workspace: Workspace, adminKubeconfigPath: string): Kubectl {
  return async (args, { input, kubeconfig } = {}) => {
    const path = kubeconfig === undefined ? adminKubeconfigPath : await save(workspace, kubeconfig);
    // HOME: kubectl keeps a discovery cache there, which must not outlive this API server.
    const env = { HOME: workspace.directory, KUBECONFIG: path };
    return await run(partPath("kubectl"), args, input === undefined ? { env } : { env, input });
  };
}

async function save(workspace: Workspace, kubeconfig: string): Promise<string> {
  const path = workspace.file(`kubeconfig-${randomUUID()}`);
  await writeFile(path, kubeconfig, { mode: 0o600 });
  return path;
}
