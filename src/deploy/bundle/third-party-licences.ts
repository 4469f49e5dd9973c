/** What the functions bundle of others: that it is what was locked and may be used, and its licences. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import * as z from "zod";
import { UserError } from "../../errors.ts";
import { type Bundled, readBundled } from "./bundled-packages.ts";
import { licenceProblems, renderLicences } from "./licence-list.ts";
import { bundleOptions } from "./options.ts";
import { readLicences } from "./read-licences.ts";

const root = resolve(import.meta.dirname, "../../..");

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string(), dev: z.boolean().default(false) }),
  ),
});

/** @throws UserError for what wasn't locked, or may not be used */
export async function thirdPartyLicences(): Promise<string> {
  const { packages, problems } = await bundleFunctions();
  refuse(problems);
  const licensed = await readLicences(root, packages);
  refuse(licenceProblems(licensed));
  return renderLicences(licensed);
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

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
