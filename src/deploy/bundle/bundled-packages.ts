/** What of others the functions are made of, by esbuild's account of it. Pure. */
import { isBuiltin } from "node:module";
import type { Metafile } from "esbuild";

/** One installed package, as the lockfile names it: `node_modules/undici`. */
export interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
}

export type Lockfile = Readonly<Record<string, LockedPackage>>;

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** Where it is installed, from the root of the repository. */
  readonly folder: string;
}

export interface Bundled {
  /** By folder. */
  readonly packages: readonly BundledPackage[];
  /** In sentences: each of them is something that was never tested as it would run. */
  readonly problems: readonly string[];
}

const ownFolders = ["src/", "functions/"];
const packageFolder = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/;

export function readBundled({ outputs }: Pick<Metafile, "outputs">, locked: Lockfile): Bundled {
  const bundles = Object.values(outputs);
  const files = [...new Set(bundles.flatMap(({ inputs }) => filesIn(inputs)))];
  const packages = packagesOf(files, locked);
  const left = new Set(bundles.flatMap(({ imports }) => imports.filter(isLeft)).map(pathOf));
  return {
    packages,
    problems: [
      ...files.filter(isForeign).map((file) => `${file} is bundled, and isn't ours`),
      ...packages.flatMap(({ folder }) => lockProblems(folder, locked[folder])),
      ...[...left].map((path) => `${path} isn't bundled: it is left to the runtime`),
    ],
  };
}

/** What was looked at, and of which nothing was needed, is not in it. */
function filesIn(inputs: Metafile["outputs"][string]["inputs"]): string[] {
  return Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0);
}

function packagesOf(files: readonly string[], locked: Lockfile): BundledPackage[] {
  const folders = new Map<string, string>();
  for (const file of files) {
    const [folder, name] = packageFolder.exec(file) ?? [];
    if (folder !== undefined && name !== undefined) folders.set(folder, name);
  }
  return [...folders]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([folder, name]) => ({ name, version: locked[folder]?.version ?? "unknown", folder }));
}

function lockProblems(folder: string, locked: LockedPackage | undefined): string[] {
  if (locked === undefined) return [`${folder} is bundled, and not in package-lock.json`];
  return locked.dev ? [`${folder} is bundled, and only a devDependency`] : [];
}

const isForeign = (file: string) =>
  !packageFolder.test(file) && !ownFolders.some((own) => file.startsWith(own));
const isLeft = ({ path, external }: { path: string; external?: boolean }) =>
  external === true && !isBuiltin(path);
const pathOf = ({ path }: { path: string }) => path;
