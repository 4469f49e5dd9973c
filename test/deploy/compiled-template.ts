/**
 * The template that a deploy would hand to CloudFormation, by `serverless package` without an
 * account: some three seconds each.
 * `node test/deploy/compiled-template.ts <folder>` writes those of all stages below, for linters.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export interface CompiledResource {
  readonly Type: string;
  readonly DependsOn?: readonly string[] | string;
  // biome-ignore lint/suspicious/noExplicitAny: as CloudFormation takes it, read by tests only.
  readonly Properties: any;
}

export interface CompiledTemplate {
  readonly Resources: Readonly<Record<string, CompiledResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

const root = resolve(import.meta.dirname, "../..");

/** Stages to test, and the files of their configs: both that are shipped, and one of ours. */
export const compiledStages = {
  dev: join(root, "config/dev.yml"),
  prod: join(root, "config/prod.yml"),
  "every-option": join(import.meta.dirname, "every-option.yml"),
} as const;

export type CompiledStage = keyof typeof compiledStages;

const compiledRegion = "us-east-1";

const running = new Map<CompiledStage, Promise<CompiledTemplate>>();

/** Packages once per stage, whoever asks. */
export function compiledTemplate(stage: CompiledStage): Promise<CompiledTemplate> {
  const template = running.get(stage) ?? compile(stage);
  running.set(stage, template);
  return template;
}

async function compile(stage: CompiledStage): Promise<CompiledTemplate> {
  const text = await readFile(compiledStages[stage], "utf8");
  return JSON.parse(await packageStage(stage, text));
}

/** @throws Error with all that Serverless said */
export async function packageStage(
  stage: string,
  config: string,
  region: string = compiledRegion,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "compiled-template-"));
  try {
    await fill(folder);
    await writeFile(join(folder, "config", `${stage}.yml`), config);
    await runServerless(folder, ["package", "--stage", stage, "--region", region]);
    return await readFile(
      join(folder, ".serverless/cloudformation-template-update-stack.json"),
      "utf8",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The service as it is, but for what the functions do: that isn't in the template. */
async function fill(folder: string): Promise<void> {
  await Promise.all(["config", "functions"].map((each) => mkdir(join(folder, each))));
  await Promise.all([
    ...["serverless.yml", "package.json"].map((each) =>
      copyFile(join(root, each), join(folder, each)),
    ),
    ...["src", "node_modules"].map((each) => symlink(join(root, each), join(folder, each))),
    ...["dispatch", "refresh"].map((each) =>
      writeFile(join(folder, "functions", `${each}.ts`), "export async function handler() {}\n"),
    ),
  ]);
}

async function runServerless(folder: string, args: readonly string[]): Promise<void> {
  const program = join(root, "node_modules/serverless/bin/serverless.js");
  // Nothing of the machine's own: no profile, no keys, no region.
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    CI: "true",
    NO_COLOR: "1",
    // Half of the time goes into loading Serverless.
    NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled-template"),
  };
  const options = { cwd: folder, env };
  await promisify(execFile)(process.execPath, [program, ...args], options).catch((error) => {
    throw new Error(`serverless ${args.join(" ")} failed:\n${error.stdout}\n${error.stderr}`);
  });
}

async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write("Usage: node test/deploy/compiled-template.ts <folder>\n");
    return 2;
  }
  await mkdir(folder, { recursive: true });
  const write = async ([stage, file]: readonly [string, string]) => {
    const template = await packageStage(stage, await readFile(file, "utf8"));
    await writeFile(join(folder, `${stage}.json`), template);
  };
  await Promise.all(Object.entries(compiledStages).map(write));
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
