/**
 * What the functions bundle of others: that it is what was locked and may be used, and its licences:
 * `node src/deploy/bundle/third-party.ts --write | --check`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import * as z from "zod";
import { type Bundled, readBundled } from "./bundled-packages.ts";
import { licenceProblems, renderLicences } from "./licence-list.ts";
import { bundleOptions } from "./options.ts";
import { readLicences } from "./read-licences.ts";

const root = resolve(import.meta.dirname, "../../..");
const listFile = join(root, "THIRD-PARTY-LICENSES.txt");

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string(), dev: z.boolean().default(false) }),
  ),
});

async function bundleFunctions(): Promise<Bundled> {
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: ["functions/dispatch.ts", "functions/refresh.ts"],
    absWorkingDir: root,
    outdir: "not written",
    write: false,
    sourcemap: false,
    metafile: true,
    logLevel: "error",
  });
  const { packages } = lockfile.parse(
    JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")),
  );
  return readBundled(metafile, packages);
}

async function main(args: readonly string[]): Promise<number> {
  const [mode] = args;
  if (args.length !== 1 || (mode !== "--write" && mode !== "--check")) {
    process.stderr.write("Usage: node src/deploy/bundle/third-party.ts --write | --check\n");
    return 2;
  }
  const { packages, problems } = await bundleFunctions();
  if (problems.length > 0) return complain(problems);
  const licensed = await readLicences(root, packages);
  const refused = licenceProblems(licensed);
  if (refused.length > 0) return complain(refused);
  const list = renderLicences(licensed);
  if (mode === "--write") {
    await writeFile(listFile, list);
    return 0;
  }
  const written = await readFile(listFile, "utf8").catch(() => "");
  if (written === list) return 0;
  return complain([
    "THIRD-PARTY-LICENSES.txt doesn't list what is bundled any more. Run: npm run fix",
  ]);
}

function complain(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
