/** What people call in a shell beside our own commands: kubectl, and the AWS CLI. */
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { partPath } from "./part-paths.ts";

/** Puts `kubectl` and `aws` into a directory, for a PATH. */
export async function provideCommands(directory: string): Promise<void> {
  await symlink(partPath("kubectl"), join(directory, "kubectl"));
  await writeFile(join(directory, "aws"), awsCommand(), { mode: 0o755 });
}

/**
 * Version 1, which PyPI has; people have version 2. That one also takes the region from AWS_REGION,
 * and has `logs tail`, which this one lacks. By its module: the environment's own scripts name the
 * place where it was built.
 */
function awsCommand(): string {
  return [
    "#!/bin/sh",
    `export AWS_DEFAULT_REGION="\${AWS_REGION:-$AWS_DEFAULT_REGION}"`,
    `exec '${partPath("python")}' -I -m awscli "$@"`,
    "",
  ].join("\n");
}
