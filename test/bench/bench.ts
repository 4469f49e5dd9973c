/** `npm run bench`: how fast the sweep is, against what else there is, on one real API server. */
import { UsageError } from "../../src/errors.ts";
import { ensureParts } from "../e2e/parts/build-parts.ts";
import { partEnvironment } from "../e2e/parts/part-paths.ts";
import { type BenchOptions, help, parseOptions } from "./options.ts";
import { printMarkdown } from "./print/markdown.ts";
import { printText } from "./print/text.ts";
import type { BenchResult } from "./results.ts";
import { runBench } from "./run-bench.ts";

const print = {
  text: printText,
  markdown: printMarkdown,
  json: (result: BenchResult) => `${JSON.stringify(result, null, 2)}\n`,
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = parseOptions(args);
    if (options) await findParts();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
  if (!options) {
    process.stdout.write(help);
    return 0;
  }
  const result = await runBench(options, say);
  process.stdout.write(print[options.output](result));
  for (const violation of result.violations) say(`FAIL ${violation}`);
  return result.violations.length === 0 ? 0 : 1;
}

/** As for the e2e tests: found, or built once. */
async function findParts(): Promise<void> {
  const parts = await ensureParts(say, ["etcd", "kube-apiserver", "kubectl"]);
  Object.assign(process.env, partEnvironment(parts));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
