/**
 * The functions as they are deployed: how large their bundles are, and how long they take to load.
 * `node test/bench/stages/function.ts`: this alone.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleTo } from "../bundle.ts";
import { loadBundle } from "../load-bundle.ts";
import { median } from "../measure.ts";
import type { Aim } from "../results.ts";

const rounds = 9;

const functions = {
  refresh: { memoryMb: 256, maxBytes: 1_250_000, maxLoadMs: 160 },
  dispatch: { memoryMb: 160, maxBytes: 600_000, maxLoadMs: 110 },
} as const;

type FunctionName = keyof typeof functions;

export interface FunctionResult {
  readonly name: FunctionName;
  readonly bundleBytes: number;
  readonly loadMs: number;
}

export async function measureFunctions(): Promise<FunctionResult[]> {
  const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-bench-"));
  try {
    return [await measure("refresh", directory), await measure("dispatch", directory)];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(name: FunctionName, directory: string): Promise<FunctionResult> {
  const sources = new URL(`../../../functions/${name}.ts`, import.meta.url);
  const bundle = fileURLToPath(await bundleTo(sources, join(directory, `${name}.cjs`)));
  const loadsMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    loadsMs.push((await loadBundle(bundle, functions[name].memoryMb)).loadMs);
  }
  return { name, bundleBytes: (await stat(bundle)).size, loadMs: median(loadsMs) };
}

export function judgeFunctions(found: readonly FunctionResult[]): Aim[] {
  return found.flatMap(({ name, bundleBytes, loadMs }) => {
    const { maxBytes, maxLoadMs } = functions[name];
    return [
      {
        aim: `${name} bundle under ${maxBytes / 1e6} MB`,
        found: `${(bundleBytes / 1e6).toFixed(2)} MB`,
        met: bundleBytes < maxBytes,
      },
      {
        aim: `${name} loaded by a new process in under ${maxLoadMs} ms (median of ${rounds})`,
        found: `${Math.round(loadMs)} ms`,
        met: loadMs < maxLoadMs,
      },
    ];
  });
}

if (import.meta.main) {
  for (const { aim, found, met } of judgeFunctions(await measureFunctions())) {
    process.stdout.write(`${met ? "pass" : "miss"}  ${aim}: ${found}\n`);
  }
}
