/** A module as Lambda gets it, and what Lambda hands to Node. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleOptions } from "../../src/deploy/bundle/options.ts";

/**
 * A twentieth of the function's memory for what is young, nine tenths for what is old; and the
 * option of serverless.yml.
 */
export function nodeInLambda(memoryMb: number) {
  const youngMb = Math.floor(memoryMb / 20);
  const oldMb = Math.floor(memoryMb * 0.9);
  const heap = `--max-semi-space-size=${youngMb} --max-old-space-size=${oldMb}`;
  return { NODE_OPTIONS: `${heap} --enable-source-maps` };
}

/** @param outfile ends in `.cjs`, which is CommonJS wherever it lies */
export async function bundleTo(sources: URL, outfile: string): Promise<URL> {
  await build({
    ...bundleOptions,
    entryPoints: [fileURLToPath(sources)],
    outfile,
    logLevel: "error",
  });
  return pathToFileURL(outfile);
}
