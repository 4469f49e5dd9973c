/**
 * `node test/bench/bundle-variants.ts`: what each way to bundle the refresh function costs a cold
 * start; the table of docs/adr/0011-bundle-as-commonjs.md. Processor time, since the machine may be
 * busy; the least of several rounds, in which the variants take turns.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { bundleOptions } from "../../src/deploy/bundle/options.ts";
import { type LoadCost, loadBundle } from "./load-bundle.ts";
import { median } from "./measure.ts";
import { formatMegabytes } from "./print/quantities.ts";

const rounds = 15;
const sources = join(import.meta.dirname, "../../functions/refresh.ts");

const { mainFields, define, ...others } = bundleOptions;
const require =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
const esm: BuildOptions = {
  ...others,
  format: "esm",
  // Packages in CommonJS call it.
  banner: { js: require },
  plugins: [],
  sourcemap: false,
  sourcesContent: true,
};
const fromModules: BuildOptions = { ...esm, mainFields, define };
const commonJs: BuildOptions = { ...fromModules, format: "cjs", banner: {} };
const variants: Readonly<Record<string, BuildOptions>> = {
  "ES module, from the packages' CommonJS": esm,
  "with its map": { ...esm, sourcemap: "linked" },
  "from the packages' ES modules, undici without its second parser": fromModules,
  "the same as CommonJS": commonJs,
  "with the map of everything": { ...commonJs, sourcemap: "linked" },
  "with that map, without the sources' text": {
    ...commonJs,
    sourcemap: "linked",
    sourcesContent: false,
  },
  "with a map of our own files": bundleOptions,
};

interface Variant {
  readonly name: string;
  readonly bundle: string;
  readonly costs: LoadCost[];
}

const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-bench-"));
try {
  const built = await buildAll(directory);
  for (let round = 0; round < rounds; round += 1) {
    for (const { bundle, costs } of built) costs.push(await loadBundle(bundle, 256));
  }
  const [first] = built.map(({ costs }) => leastCpu(costs));
  process.stdout.write("| bundle | size | map | time | memory |\n|---|---|---|---|---|\n");
  for (const variant of built) process.stdout.write(await row(variant, first ?? Number.NaN));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function buildAll(directory: string): Promise<Variant[]> {
  const built: Variant[] = [];
  for (const [name, options] of Object.entries(variants)) {
    const extension = options.format === "esm" ? "mjs" : "cjs";
    const bundle = join(directory, `${built.length}.${extension}`);
    await build({ ...options, entryPoints: [sources], outfile: bundle, logLevel: "error" });
    built.push({ name, bundle, costs: [] });
  }
  return built;
}

async function row({ name, bundle, costs }: Variant, firstCpuMs: number): Promise<string> {
  const cells = [
    name,
    await megabytes(bundle),
    await megabytes(`${bundle}.map`),
    (leastCpu(costs) / firstCpuMs).toFixed(2),
    formatMegabytes(median(costs.map(({ residentBytes }) => residentBytes))),
  ];
  return `| ${cells.join(" | ")} |\n`;
}

function leastCpu(costs: readonly LoadCost[]): number {
  return Math.min(...costs.map(({ cpuMs }) => cpuMs));
}

async function megabytes(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? "–" : `${(found.size / 1e6).toFixed(2)} MB`;
}
