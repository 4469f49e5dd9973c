/**
 * The JSON Schema that gives editors completion in the config files:
 * `node src/config/json-schema.ts --write | --check`.
 */
import { readFile, writeFile } from "node:fs/promises";
import * as z from "zod";
import { stageConfig } from "./schema.ts";

const file = new URL("../../config/schema.json", import.meta.url);

/** The same text for the same schema, on every machine. */
export function renderJsonSchema(): string {
  const { "~standard": _, ...schema } = z.toJSONSchema(stageConfig, {
    target: "draft-2020-12",
    io: "input",
  });
  return `${JSON.stringify({ title: "ecr-pull-secrets", ...schema }, null, 2)}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const [mode] = args;
  if (args.length === 1 && mode === "--write") {
    await writeFile(file, renderJsonSchema());
    return 0;
  }
  if (args.length === 1 && mode === "--check") return check();
  process.stderr.write("Usage: node src/config/json-schema.ts --write | --check\n");
  return 2;
}

async function check(): Promise<number> {
  const written = await readFile(file, "utf8").catch(() => "");
  if (written === renderJsonSchema()) return 0;
  process.stderr.write(
    "config/schema.json doesn't fit the schema any more. Run: node src/config/json-schema.ts --write\n",
  );
  return 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
