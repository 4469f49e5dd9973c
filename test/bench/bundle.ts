/** A module as Lambda gets it, and the heap that Lambda gives to it. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** What Lambda's runtime hands to Node in a function of 256 MB: a twentieth, and nine tenths of it. */
export const lambdaHeap = { NODE_OPTIONS: "--max-semi-space-size=12 --max-old-space-size=230" };

export async function bundleTo(sources: URL, outfile: string): Promise<URL> {
  await build({
    entryPoints: [fileURLToPath(sources)],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // Packages in CommonJS call it.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return pathToFileURL(outfile);
}
