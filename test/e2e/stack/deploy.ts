/** `serverless deploy`, as people run it. */
import { join } from "node:path";
import type { AwsEmulator } from "../parts/aws-emulator.ts";
import { CommandError, run } from "../parts/processes.ts";
import type { Clone } from "./clone.ts";

const serverless = "node_modules/serverless/bin/serverless.js";
const deployTimeoutMs = 120_000;

/** What it said, also in the error. */
export async function deploy(
  aws: AwsEmulator,
  { directory }: Clone,
  stage: string,
): Promise<string> {
  const args = [join(directory, serverless), "deploy", "--verbose", "--stage", stage];
  try {
    return await run(process.execPath, args, {
      cwd: directory,
      env: { ...aws.env, HOME: directory, PATH: process.env["PATH"], CI: "true" },
      timeoutMs: deployTimeoutMs,
    });
  } catch (error) {
    // It complains on stdout.
    throw error instanceof CommandError ? new Error(error.message + error.stdout) : error;
  }
}
