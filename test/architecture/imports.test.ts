/**
 * Imports go one way: functions and the command line → wiring → adapters → the sweep and its ports.
 * Where this fails, move the code to where it may know what it needs, or hand it in as an argument.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What a folder may import from the project, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "src/secret-value.ts": [],
  "src/errors.ts": [],
  "src/settings.ts": [],
  "src/edit-distance.ts": [],
  "src/connection-reasons.ts": [],
  "src/durations.ts": [],
  "src/times.ts": [],
  "src/list-some.ts": [],
  "src/redact-tokens.ts": [],
  "src/deadline.ts": ["src/refresh"],
  "src/config": ["src/errors.ts", "src/edit-distance.ts"],
  "src/pull-secrets": [
    "src/config/secret-format.ts",
    "src/config/kubernetes-names.ts",
    "src/secret-value.ts",
    "src/times.ts",
  ],
  "src/refresh": ["src/config", "src/pull-secrets", "src/errors.ts", "src/secret-value.ts"],
  "src/aws": ["src/errors.ts"],
  "src/registries": [
    "src/aws/denial.ts",
    "src/config/quote.ts",
    "src/connection-reasons.ts",
    "src/errors.ts",
    "src/secret-value.ts",
    "src/redact-tokens.ts",
  ],
  "src/credentials": ["src/aws", "src/refresh", "src/errors.ts", "src/secret-value.ts"],
  "src/clusters": ["src/aws", "src/errors.ts", "src/secret-value.ts", "src/times.ts"],
  "src/kubernetes": [
    "src/config/secret-format.ts",
    "src/registration/ports.ts",
    "src/clusters/stored-credential.ts",
    "src/rights",
    "src/refresh",
    "src/pull-secrets",
    "src/errors.ts",
    "src/secret-value.ts",
    "src/edit-distance.ts",
    "src/connection-reasons.ts",
    "src/times.ts",
  ],
  "src/rights": ["src/refresh", "src/config", "src/pull-secrets"],
  "src/registration": [
    "src/rights",
    "src/refresh",
    "src/clusters",
    "src/config",
    "src/pull-secrets",
    "src/stack",
    "src/eks",
    "src/durations.ts",
    "src/times.ts",
    "src/list-some.ts",
    "src/errors.ts",
    "src/secret-value.ts",
  ],
  "src/checks": [
    "src/registries",
    "src/rights",
    "src/refresh",
    "src/clusters",
    "src/config",
    "src/stack",
    "src/durations.ts",
    "src/errors.ts",
  ],
  "src/stack": ["src/aws", "src/errors.ts"],
  "src/eks": ["src/aws", "src/errors.ts"],
  "src/dispatch": ["src/aws", "src/clusters/record-name.ts"],
  "src/worker": [
    "src/registries/image-reference.ts",
    "src/times.ts",
    "src/checks",
    "src/secret-value.ts",
    "src/dispatch",
    "src/clusters",
    "src/refresh",
    "src/config",
    "src/errors.ts",
    "src/durations.ts",
    "src/deadline.ts",
    "src/notifications/notice.ts",
    "src/notifications/due-change.ts",
  ],
  "src/telemetry": [
    "src/worker",
    "src/dispatch",
    "src/config/registry-token-life.ts",
    "src/config/session-life.ts",
    "src/notifications/notice.ts",
    "src/redact-tokens.ts",
  ],
  "src/notifications": [
    "src/aws",
    "src/dispatch/failing-long.ts",
    "src/stack/names.ts",
    "src/errors.ts",
    "src/durations.ts",
    "src/times.ts",
    "src/redact-tokens.ts",
  ],
  "src/deploy": [
    "src/config",
    "src/telemetry/metrics.ts",
    "src/telemetry/log-messages.ts",
    "src/dispatch/failing-long.ts",
    "src/stack/names.ts",
    "src/stack/limits.ts",
    "src/stack/deploy-command.ts",
    "src/errors.ts",
    "src/aws/errors.ts",
    "src/aws/denial.ts",
    "src/clusters",
    "src/rights",
    "src/refresh",
    "src/notifications/topic-subscriptions.ts",
    "src/notifications/runbook.ts",
    "src/list-some.ts",
    "src/durations.ts",
  ],
  "src/serverless": ["src/wiring", "src/deploy", "src/aws/session.ts"],
  "src/wiring": ["src"],
  "src/cli": [
    "src/registries",
    "src/deploy/template/key-policy.ts",
    "src/list-some.ts",
    "src/wiring",
    "src/registration",
    "src/rights",
    "src/checks",
    "src/stack",
    "src/eks",
    "src/clusters",
    "src/refresh",
    "src/config",
    "src/durations.ts",
    "src/errors.ts",
    "src/settings.ts",
    "src/deadline.ts",
  ],
  functions: ["src/wiring", "src/settings.ts"],
};

/** Where a package may be known: everywhere else it is reached through an interface of ours. */
const packagesBelongTo: Readonly<Record<string, readonly string[]>> = {
  "@aws-sdk/": [
    "src/aws",
    "src/credentials",
    "src/clusters",
    "src/dispatch",
    "src/stack",
    "src/eks",
    "src/notifications",
  ],
  "@aws-sdk/client-ecr": ["src/credentials"],
  "@aws-sdk/client-secrets-manager": ["src/clusters", "src/credentials"],
  "@aws-sdk/client-sns": ["src/notifications"],
  "@aws-lambda-powertools/": ["src/telemetry"],
  "@smithy/": ["src/credentials"],
  "@kubernetes/": ["src/kubernetes"],
  undici: ["src/kubernetes"],
  esbuild: ["src/deploy/bundle"],
  "@jridgewell/": ["src/deploy/bundle"],
  commander: ["src/cli"],
  listr2: ["src/cli"],
  picocolors: ["src/cli"],
};

const files = globSync(["src/**/*.ts", "functions/**/*.ts"], { cwd: root });

describe.each(files)("%s", (file) => {
  const imports = importsOf(file);

  test("imports only what its folder may know", () => {
    const place = placeOf(file);
    const allowed = [place, ...(mayImport[place] ?? [])];
    const foreign = ownImportsOf(file).filter(
      (each) => !allowed.some((one) => isWithin(each, one)),
    );
    expect(foreign).toEqual([]);
  });

  test("leaves packages to the folder that adapts them", () => {
    const foreign = imports.filter((each) =>
      Object.entries(packagesBelongTo).some(
        ([name, homes]) =>
          (each === name || each.startsWith(name)) && !homes.some((home) => file.startsWith(home)),
      ),
    );
    expect(foreign).toEqual([]);
  });
});

test("no rule allows what nobody imports", () => {
  const unused = Object.entries(mayImport).map(([place, allowed]) => {
    const taken = files.filter((file) => placeOf(file) === place).flatMap(ownImportsOf);
    return [place, allowed.filter((each) => !taken.some((one) => isWithin(one, each)))] as const;
  });
  expect(unused.filter(([, allowed]) => allowed.length > 0)).toEqual([]);
});

test("no imports lead back to where they began", () => {
  const importsOfAll = new Map(files.map((file) => [file, ownImportsOf(file)]));
  const circles = files.filter((file) => reachedFrom(file, importsOfAll).has(file));
  expect(circles).toEqual([]);
});

test("every folder under src has a rule", () => {
  expect(files.map(placeOf).filter((place) => !(place in mayImport))).toEqual([]);
});

test("the environment is read in one file", () => {
  const readers = files.filter((file) =>
    /process\.env/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(readers).toEqual(["src/settings.ts"]);
});

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), "utf8");
  const statements = source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g);
  return [...statements].map(([, specifier]) => specifier ?? "");
}

/** From the project, as named from its root. */
function ownImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((each) => each.startsWith("."))
    .map((each) => relative(root, resolve(root, dirname(file), each)));
}

function reachedFrom(start: string, importsOfAll: ReadonlyMap<string, readonly string[]>) {
  const reached = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const news = (importsOfAll.get(file) ?? []).filter((each) => !reached.has(each));
    for (const each of news) reached.add(each);
    open.push(...news);
  }
  return reached;
}

function isWithin(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** `src/refresh/rules/due.ts` → `src/refresh`; `src/errors.ts` stands for itself. */
function placeOf(file: string): string {
  const [top = "", second] = file.split("/");
  return top === "functions" || second === undefined ? top : `${top}/${second}`;
}
