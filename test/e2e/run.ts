/**
 * `npm run test:e2e [-- vitest arguments]`: the e2e tests on real parts, which are found or built
 * first. A part that can't be had is a failure, never a skip.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ensureParts } from "./parts/build-parts.ts";
import { partEnvironment } from "./parts/part-paths.ts";

const repository = join(import.meta.dirname, "..", "..");
const vitest = join(repository, "node_modules", "vitest", "vitest.mjs");
const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  const parts = await ensureParts(say);
  const args = [vitest, "run", "--project", "e2e*", ...process.argv.slice(2)];
  const env = { ...process.env, ...partEnvironment(parts) };
  const tests = spawn(process.execPath, args, { cwd: repository, env, stdio: "inherit" });
  // Ctrl-C reaches the tests too, and they stop their servers: the exit code is theirs.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => tests.kill("SIGTERM"));
  const [code] = await once(tests, "exit");
  process.exitCode = code ?? 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
