/** `npm run cost`: what the functions take, measured; with `--write`, `docs/cost.md` goes by it. */
import { writeFile } from "node:fs/promises";
import { ensureParts } from "../e2e/parts/build-parts.ts";
import { partEnvironment } from "../e2e/parts/part-paths.ts";
import { measureCost } from "./measure/measure-cost.ts";
import { measuredFile } from "./measured.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [mode] = args;
  if (args.length > 1 || (mode !== undefined && mode !== "--write")) {
    say("Usage: npm run cost [-- --write]");
    return 2;
  }
  const parts = await ensureParts(say, ["etcd", "kube-apiserver", "kubectl"]);
  Object.assign(process.env, partEnvironment(parts));
  const text = `${JSON.stringify(await measureCost(say), null, 2)}\n`;
  if (mode === "--write") {
    await writeFile(measuredFile, text);
    say("Written to test/cost/measured.json. The tables of docs/cost.md: npm run fix");
  } else {
    process.stdout.write(text);
  }
  return 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
