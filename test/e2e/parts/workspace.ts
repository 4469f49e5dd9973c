import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGuard } from "./guard.ts";

export interface Workspace {
  readonly directory: string;
  /** Path of a file in it. */
  file(name: string): string;
  remove(): Promise<void>;
}

/** A temporary directory for one part's keys, data and logs; readable by nobody else. */
export async function createWorkspace(part: string): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), `ecr-pull-secrets-${part}-`));
  const guard = startGuard("remove-directory", directory);
  return {
    directory,
    file: (name) => join(directory, name),
    // Retries: a process that was just killed may still be closing files in it.
    remove: async () => {
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
      guard.dismiss();
    },
  };
}
