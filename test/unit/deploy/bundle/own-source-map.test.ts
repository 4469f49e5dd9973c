import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleOptions } from "../../../../src/deploy/bundle/options.ts";
import { keepOwnSources } from "../../../../src/deploy/bundle/own-source-map.ts";

describe("a map of our own sources", () => {
  const sources = ["../../../node_modules/yaml/index.js", "../../../src/errors.ts"];
  const names = ["parse", "translate", "fail"];
  const keep = (...lines: SourceMapSegment[][]) => {
    const map = keepOwnSources({ version: 3, sources, names, mappings: encode(lines) });
    return { ...map, mappings: decode(map.mappings) };
  };

  test("numbers anew what is left, and names it from beside the functions", () => {
    expect(keep([[0, 1, 7, 2, 2]], [[4, 1, 8, 0]])).toEqual({
      version: 3,
      sources: ["../src/errors.ts"],
      names: ["fail"],
      mappings: [[[0, 0, 7, 2, 0]], [[4, 0, 8, 0]]],
    });
  });

  test("ends where a package begins, so that its frames aren't taken for ours", () => {
    const package1: SourceMapSegment[] = [
      [10, 0, 1, 0, 0],
      [20, 0, 2, 0],
    ];
    expect(keep([[0, 1, 1, 0], ...package1, [30, 1, 9, 0]], package1, package1).mappings).toEqual([
      [[0, 0, 1, 0], [10], [30, 0, 9, 0]],
      [[10]],
      [],
    ]);
  });

  test("says nothing of packages before the first of ours", () => {
    expect(keep([[0, 0, 1, 0, 0], [5]], [[3, 1, 1, 0]])).toMatchObject({
      names: [],
      mappings: [[], [[3, 0, 1, 0]]],
    });
  });
});

/** A function of ours that is called by a package, which it hands a faulty callback. */
const files = {
  "functions/broken.ts": `import { call } from "caller";
import { double } from "../src/double.ts";

export const handler = (): number => call(() => double(undefined));
`,
  "src/double.ts": `interface Box {
  readonly size: number;
}

export function double(box: Box | undefined): number {
  if (box === undefined) throw new Error("there is no box");
  return 2 * box.size;
}
`,
  "node_modules/caller/package.json": `{ "name": "caller", "main": "old.js", "module": "new.js" }`,
  "node_modules/caller/old.js": `exports.call = () => { throw new Error("the old one"); };`,
  "node_modules/caller/new.js": `export function call(callback) {
  const answer = callback();
  return answer;
}
export function unused() { return "nobody calls it"; }
`,
};

describe("a bundle", () => {
  let root: string;
  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), "bundle-")));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    await build({
      ...bundleOptions,
      absWorkingDir: root,
      entryPoints: ["functions/broken.ts"],
      outdir: join(root, ".esbuild/.build/functions"),
    });
  });
  afterAll(() => rm(root, { recursive: true }));

  const read = (file: string) => readFile(join(root, ".esbuild/.build/functions", file), "utf8");

  test("lies beside its map, which holds no text and no package", async () => {
    expect(await readdir(join(root, ".esbuild/.build/functions"))).toEqual([
      "broken.js",
      "broken.js.map",
    ]);
    expect(JSON.parse(await read("broken.js.map"))).toEqual({
      version: 3,
      sources: ["../functions/broken.ts", "../src/double.ts"],
      names: expect.arrayContaining(["double"]),
      mappings: expect.any(String),
    });
  });

  test("holds of a package what is called", async () => {
    const text = await read("broken.js");
    expect(text).not.toContain("the old one");
    expect(text).not.toContain("nobody calls it");
  });

  test("fails with a stack of our files and lines, and places in itself for the rest", async () => {
    const bundle = join(root, ".esbuild/.build/functions/broken.js");
    const program =
      "try { require(process.argv[1]).handler() } catch (error) { console.log(error.stack) }";
    const args = ["--enable-source-maps", "--eval", program, bundle];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const [message, thrower, callback, caller, handler] = stdout.split("\n");
    const build = dirname(dirname(bundle));
    expect(message).toBe("Error: there is no box");
    expect(thrower).toContain(`at double (${build}/src/double.ts:6:32)`);
    expect(callback).toContain(`${build}/functions/broken.ts:4:`);
    expect(caller).toContain(`${bundle}:`);
    expect(handler).toContain(`${build}/functions/broken.ts:4:`);
  });
});
