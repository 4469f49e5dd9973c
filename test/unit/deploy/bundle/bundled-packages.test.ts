import { describe, expect, test } from "vitest";
import { readBundled } from "../../../../src/deploy/bundle/bundled-packages.ts";

const locked = {
  "node_modules/undici": { version: "8.12.4" },
  "node_modules/@smithy/core": { version: "3.41.0" },
  "node_modules/@smithy/core/node_modules/tslib": { version: "2.8.1" },
  "node_modules/vitest": { version: "5.1.1", dev: true },
};

/** As esbuild tells it. */
function metafile(files: readonly string[], left: readonly string[] = [], bytesInOutput = 1) {
  const imports = left.map((path) => ({ path, kind: "require-call" as const, external: true }));
  const inputs = Object.fromEntries(files.map((file) => [file, { bytesInOutput }]));
  return { outputs: { "refresh.js": { bytes: 1, inputs, imports, exports: [] } } };
}

describe("what is bundled", () => {
  test("is listed by package, each once, as it is locked", () => {
    const files = [
      "functions/refresh.ts",
      "src/settings.ts",
      "node_modules/undici/lib/core/util.js",
      "node_modules/undici/lib/core/errors.js",
      "node_modules/@smithy/core/dist-es/index.js",
      "node_modules/@smithy/core/node_modules/tslib/tslib.es6.mjs",
    ];
    expect(readBundled(metafile(files, ["node:http", "buffer"]), locked)).toEqual({
      packages: [
        { name: "@smithy/core", version: "3.41.0", folder: "node_modules/@smithy/core" },
        {
          name: "tslib",
          version: "2.8.1",
          folder: "node_modules/@smithy/core/node_modules/tslib",
        },
        { name: "undici", version: "8.12.4", folder: "node_modules/undici" },
      ],
      problems: [],
    });
  });

  test("is not what was looked at and left out", () => {
    const { packages } = readBundled(metafile(["node_modules/vitest/index.js"], [], 0), locked);
    expect(packages).toEqual([]);
  });

  test.each([
    [
      "a package that isn't locked",
      metafile(["node_modules/left-pad/index.js"]),
      "node_modules/left-pad is bundled, and not in package-lock.json",
    ],
    [
      "a package that is there for development only",
      metafile(["node_modules/vitest/index.js"]),
      "node_modules/vitest is bundled, and only a devDependency",
    ],
    [
      "a test's code",
      metafile(["test/fakes/aws/aws.ts"]),
      "test/fakes/aws/aws.ts is bundled, and isn't ours",
    ],
    ["a file from elsewhere", metafile(["../x.ts"]), "../x.ts is bundled, and isn't ours"],
    [
      "a package that the runtime would have to bring",
      metafile([], ["@aws-sdk/client-sts"]),
      "@aws-sdk/client-sts isn't bundled: it is left to the runtime",
    ],
  ])("may not be %s", (_, found, problem) => {
    expect(readBundled(found, locked).problems).toEqual([problem]);
  });
});
