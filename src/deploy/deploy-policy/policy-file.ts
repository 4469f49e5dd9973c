/**
 * The policy as people attach it: `node src/deploy/deploy-policy/policy-file.ts --write | --check`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { deployPolicy } from "./deploy-policy.ts";

const file = new URL("../../../docs/deploy-policy.json", import.meta.url);

async function main(args: readonly string[]): Promise<number> {
  const [mode] = args;
  const rendered = `${JSON.stringify(deployPolicy(), null, 2)}\n`;
  if (args.length === 1 && mode === "--write") {
    await writeFile(file, rendered);
    return 0;
  }
  if (args.length === 1 && mode === "--check") {
    const written = await readFile(file, "utf8").catch(() => "");
    return written === rendered ? 0 : complain();
  }
  process.stderr.write("Usage: node src/deploy/deploy-policy/policy-file.ts --write | --check\n");
  return 2;
}

function complain(): number {
  process.stderr.write(
    "docs/deploy-policy.json isn't what a deploy needs any more. Run: npm run fix\n",
  );
  return 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
