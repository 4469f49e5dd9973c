/** `serverless deploy`, as people run it, from a copy of what it deploys. */
import { copyFile, cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { AwsEmulator } from "../parts/aws-emulator.ts";
import { CommandError, run } from "../parts/processes.ts";
import { createWorkspace } from "../parts/workspace.ts";

const repository = join(import.meta.dirname, "../../..");
const serverless = join(repository, "node_modules/serverless/bin/serverless.js");
const deployTimeoutMs = 120_000;

/** What it said, also in the error. The copy keeps the stage's config, and what packaging leaves, out of the checkout. */
export async function deploy(aws: AwsEmulator, stage: string, configFile: string): Promise<string> {
  const workspace = await createWorkspace("service");
  try {
    for (const part of ["package.json", "tsconfig.json", "serverless.yml", "src", "functions"]) {
      await cp(join(repository, part), workspace.file(part), { recursive: true });
    }
    await symlink(join(repository, "node_modules"), workspace.file("node_modules"));
    await mkdir(workspace.file("config"));
    await copyFile(configFile, workspace.file(`config/${stage}.yml`));
    return await run(process.execPath, [serverless, "deploy", "--verbose", "--stage", stage], {
      cwd: workspace.directory,
      env: { ...aws.env, HOME: workspace.directory, PATH: process.env["PATH"], CI: "true" },
      timeoutMs: deployTimeoutMs,
    });
  } catch (error) {
    // It complains on stdout.
    throw error instanceof CommandError ? new Error(error.message + error.stdout) : error;
  } finally {
    await workspace.remove();
  }
}
