/** How the functions are bundled: for the package, for the benchmark, and for the list of licences. */
import type { BuildOptions } from "esbuild";
import { ownSourceMap } from "./own-source-map.ts";

/** Why, and what each of these was measured to save: docs/adr/0011-bundle-as-commonjs.md */
export const bundleOptions = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  // An import of node:http in an ES module makes Node load all of fetch: a sixth of a cold start.
  format: "cjs",
  // The AWS SDK comes twice. Of its ES modules, esbuild leaves out what nobody calls.
  mainFields: ["module", "main"],
  // undici's own switch for builds without its second, experimental HTTP/1.1 parser.
  define: { esbuildDetection: "1" },
  sourcemap: "linked",
  // Where in which file is enough: the text is in git.
  sourcesContent: false,
  plugins: [ownSourceMap],
} satisfies BuildOptions;
