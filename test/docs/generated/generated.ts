/**
 * All files of the repository that the code writes, or writes parts of:
 * `node test/docs/generated/generated.ts --write | --check`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderJsonSchema } from "../../../src/config/json-schema.ts";
import { thirdPartyLicences } from "../../../src/deploy/bundle/third-party-licences.ts";
import { deployPolicy } from "../../../src/deploy/deploy-policy/deploy-policy.ts";
import { UserError } from "../../../src/errors.ts";
import { readText, root } from "../documents.ts";
import { filesWithParts, withGenerated } from "./document-parts.ts";

type Render = () => string | Promise<string>;

const generated: Readonly<Record<string, Render>> = {
  "config/schema.json": renderJsonSchema,
  "THIRD-PARTY-LICENSES.txt": thirdPartyLicences,
  "docs/deploy-policy.json": () => `${JSON.stringify(deployPolicy(), null, 2)}\n`,
  ...Object.fromEntries(
    filesWithParts.map((file): [string, Render] => [file, () => withGenerated(readText(file))]),
  ),
};

async function main(args: readonly string[]): Promise<number> {
  const [mode] = args;
  if (args.length !== 1 || (mode !== "--write" && mode !== "--check")) {
    process.stderr.write("Usage: node test/docs/generated/generated.ts --write | --check\n");
    return 2;
  }
  const put = mode === "--write" ? write : compare;
  const problems: string[] = [];
  for (const [file, render] of Object.entries(generated)) {
    problems.push(...(await put(file, render).catch(told)));
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

async function write(file: string, render: Render): Promise<readonly string[]> {
  writeFileSync(join(root, file), await render());
  return [];
}

async function compare(file: string, render: Render): Promise<readonly string[]> {
  const text = await render();
  return readText(file) === text ? [] : [`${file} doesn't fit the code any more. Run: npm run fix`];
}

/** What somebody has to mend before anything can be written. */
function told(error: unknown): readonly string[] {
  if (!(error instanceof UserError)) throw error;
  return [error.message];
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
