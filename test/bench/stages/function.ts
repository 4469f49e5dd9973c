/** The refresh function as it is deployed: how large its bundle is, and how long its import takes. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { bundleTo, lambdaHeap } from "../bundle.ts";
import { median } from "../measure.ts";
import type { Aim } from "../results.ts";

const sources = new URL("../../../functions/refresh.ts", import.meta.url);
const maxBundleBytes = 1_500_000;
const maxImportMs = 200;
const rounds = 7;

export interface FunctionResult {
  readonly bundleBytes: number;
  readonly importMs: number;
}

export async function measureFunction(): Promise<FunctionResult> {
  const directory = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-bench-"));
  try {
    const bundle = await bundleTo(sources, join(directory, "refresh.mjs"));
    const importsMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      importsMs.push(await importOnce(bundle));
    }
    const { size: bundleBytes } = await stat(bundle);
    return { bundleBytes, importMs: median(importsMs) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export function judgeFunction({ bundleBytes, importMs }: FunctionResult): Aim[] {
  return [
    {
      aim: "refresh bundle under 1.5 MB",
      found: `${(bundleBytes / 1e6).toFixed(2)} MB`,
      met: bundleBytes < maxBundleBytes,
    },
    {
      aim: `its import, config read, under ${maxImportMs} ms (median of ${rounds})`,
      found: `${Math.round(importMs)} ms`,
      met: importMs < maxImportMs,
    },
  ];
}

const program = `
const before = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - before));
process.exit(0);
`;

async function importOnce(bundle: URL): Promise<number> {
  const environment = {
    ...process.env,
    ...lambdaHeap(256),
    STAGE: "dev",
    ACCOUNT: "123456789012",
    AWS_REGION: "us-east-1",
    QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/refresh.fifo",
    TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:alarms",
    SCHEDULE_MINUTES: "10",
    CONFIG_FILE: resolve(import.meta.dirname, "../../../config/dev.yml"),
  };
  const args = ["--input-type=module", "--eval", program, bundle.href];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment });
  return Number(stdout);
}
