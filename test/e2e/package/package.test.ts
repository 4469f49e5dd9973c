/** What a deploy would upload. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBundled } from "../../../src/deploy/bundle/bundled-packages.ts";
import { bundleOptions } from "../../../src/deploy/bundle/options.ts";
import { CommandError } from "../parts/processes.ts";
import { type Clone, createClone } from "../stack/clone.ts";
import { type PackagedFunction, packageStage, unpack } from "./packaged.ts";

const repository = resolve(import.meta.dirname, "../../..");
const functions = ["dispatch", "refresh"] as const;

/** Where each looks at what it is called with. */
const eventReaders = {
  dispatch: "src/dispatch/dispatch-event.ts",
  refresh: "src/worker/refresh-event.ts",
} as const;

let clone: Clone;
let other: Clone;
const packaged = new Map<string, PackagedFunction>();

beforeAll(async () => {
  [clone, other] = await Promise.all([createClone(), createClone()]);
  await packageStage(clone, "dev");
  for (const name of functions) packaged.set(name, await unpack(clone, name));
});

afterAll(async () => {
  for (const each of packaged.values()) await each.remove();
  await clone?.remove();
  await other?.remove();
});

describe.each(functions)("the package of %s", (name) => {
  const found = () => {
    const each = packaged.get(name);
    if (each === undefined) throw new Error(`${name} wasn't packaged`);
    return each;
  };

  test("holds the bundle, its stage's config and the licences, and nothing else", async () => {
    expect(found().files).toEqual([
      "THIRD-PARTY-LICENSES.txt",
      "config/dev.yml",
      `functions/${name}.js`,
      `functions/${name}.js.map`,
    ]);
    for (const file of ["THIRD-PARTY-LICENSES.txt", "config/dev.yml"]) {
      expect(await found().read(file)).toBe(await readFile(join(repository, file), "utf8"));
    }
  });

  test("is what is bundled here: our code, and packages as they are locked", async () => {
    const { outputFiles, metafile } = await build({
      ...bundleOptions,
      absWorkingDir: repository,
      entryPoints: [`functions/${name}.ts`],
      outdir: "not written",
      write: false,
      metafile: true,
    });
    const bundle = outputFiles.find(({ path }) => path.endsWith(".js"));
    expect(bundle?.text === (await found().read(`functions/${name}.js`))).toBe(true);
    const { packages } = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8"));
    const { problems, packages: bundled } = readBundled(metafile, packages);
    expect(problems).toEqual([]);
    expect(bundled.length).toBeGreaterThan(10);
  });

  test("maps to what functions are made of, and to nothing of the command line", async () => {
    const { sources } = JSON.parse(await found().read(`functions/${name}.js.map`));
    expect(sources).toContain(`../functions/${name}.ts`);
    expect(sources).toContain(`../src/wiring/${name}.ts`);
    const foreign = /^\.\.\/(?!src\/|functions\/)|\/(cli|deploy|registration|serverless)\//;
    expect(sources.filter((source: string) => foreign.test(source))).toEqual([]);
  });

  const settings = "src/settings.ts";
  test.each([
    [
      "an event of nobody's",
      "",
      eventReaders[name],
      /new \w+EventError\(/,
      `src/wiring/${name}.ts`,
    ],
    ["a start without settings", "STAGE", settings, /isn't set/, `functions/${name}.ts`],
  ])("fails at %s with a stack of files and lines", async (_, without, file, statement, caller) => {
    const stack = await found().failure({ nonsense: true }, without);
    const [, thrower, line] = stack.match(/^ +at .*\((.*):(\d+):\d+\)$/m) ?? [];
    expect(thrower).toBe(found().path(file));
    const source = await readFile(join(repository, file), "utf8");
    expect(source.split("\n")[Number(line) - 1]).toMatch(statement);
    expect(stack).toContain(`${found().path(caller)}:`);
  });
});

describe("another run", () => {
  test("makes the same bytes elsewhere, also where one was interrupted before", async () => {
    const left = join(other.directory, ".esbuild/.build");
    await mkdir(join(left, "config"), { recursive: true });
    await writeFile(join(left, "config/prod.yml"), "of another stage");
    await packageStage(other, "dev");
    for (const name of functions) {
      const again = await unpack(other, name);
      expect(again.files).toEqual(packaged.get(name)?.files);
      expect(again.archive.equals(packaged.get(name)?.archive ?? Buffer.of())).toBe(true);
      await again.remove();
    }
  });

  test("ends at once, and says why, where a module is missing", async () => {
    await rm(join(other.directory, "src/wiring/refresh-ports.ts"));
    const error: unknown = await packageStage(other, "dev").catch((reason) => reason);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Could not resolve "./refresh-ports.ts"'),
    });
  });
});
