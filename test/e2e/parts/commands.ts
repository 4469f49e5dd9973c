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
 * has `logs tail`, which this one lacks, and asks AWS_ENDPOINT_URL for SQS, too, where this one insists
 * on a host of AWS. By its module: the environment's own scripts name the place where it was built.
 */
function awsCommand(): string {
  return [
    "#!/bin/sh",
    `export AWS_DEFAULT_REGION="\${AWS_REGION:-$AWS_DEFAULT_REGION}"`,
    `exec '${partPath("python")}' -I -m awscli \${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"`,
    "",
  ].join("\n");
}
