/** A module as Lambda gets it, and the heap that Lambda gives to it. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** What Lambda's runtime hands to Node: a twentieth of the function's memory, and nine tenths. */
export function lambdaHeap(memoryMb: number) {
  const youngMb = Math.floor(memoryMb / 20);
  const oldMb = Math.floor(memoryMb * 0.9);
  return { NODE_OPTIONS: `--max-semi-space-size=${youngMb} --max-old-space-size=${oldMb}` };
}

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
