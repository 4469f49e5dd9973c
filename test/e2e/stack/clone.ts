/** A clone of the repository as people have it who deploy from it: with config files of their own. */
import { cp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkspace } from "../parts/workspace.ts";

export interface Clone {
  readonly directory: string;
  /** Writes config/<stage>.yml. */
  configure(stage: string, yaml: string): Promise<void>;
  remove(): Promise<void>;
}

const repository = join(import.meta.dirname, "../../..");
const parts = [
  "package.json",
  "tsconfig.json",
  "serverless.yml",
  "THIRD-PARTY-LICENSES.txt",
  "src",
  "functions",
  "config",
];

/** Keeps a stage's config, and what packaging leaves, out of the checkout that is tested. */
export async function createClone(): Promise<Clone> {
  const workspace = await createWorkspace("clone");
  for (const part of parts) {
    await cp(join(repository, part), workspace.file(part), { recursive: true });
  }
  await symlink(join(repository, "node_modules"), workspace.file("node_modules"));
  return {
    directory: workspace.directory,
    configure: (stage, yaml) => writeFile(workspace.file(join("config", `${stage}.yml`)), yaml),
    remove: () => workspace.remove(),
  };
}
