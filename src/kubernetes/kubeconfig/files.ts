import { readFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import type { PemText } from "./certificate.ts";
import { type Kubeconfig, type NamedEntry, namedEntries } from "./context.ts";
import { parseKubeconfigText } from "./document.ts";
import { type Place, refusal } from "./refusal.ts";

export interface KubeconfigLookup {
  /** `--kubeconfig`: the one file to read. */
  readonly kubeconfig?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export interface FoundKubeconfig {
  readonly kubeconfig: Kubeconfig;
  /** All files that were read. */
  readonly place: Place;
}

/** Hundreds of clusters fit; a disk image named by mistake doesn't. */
const limits = { maxBytes: 10 * 1024 * 1024, maxAliasCount: 100 };

/** Reads and merges what kubectl would, in its order. @throws KubeconfigError */
export async function readKubeconfigs(lookup: KubeconfigLookup): Promise<FoundKubeconfig> {
  const { paths, howNamed } = kubeconfigPaths(lookup);
  const texts = await Promise.all(paths.map((path) => readIfThere(path)));
  const files = paths.flatMap((path, index) => {
    const text = texts[index];
    return text === undefined ? [] : [{ place: { source: path, path: "" }, text }];
  });
  if (files.length === 0) {
    const place = { source: "no kubeconfig", path: "" };
    const hint = "Name one with --kubeconfig, or in the variable KUBECONFIG.";
    throw refusal(place, `there is nothing at ${paths.join(", ")} (${howNamed})`, hint);
  }
  // kubectl skips empty files; if there is no other, that is the error.
  const filled = files.filter(({ text }) => text.trim() !== "");
  const parsed = (filled.length === 0 ? files : filled).map(({ text, place }) =>
    namedEntries(parseKubeconfigText(text, place, limits), place),
  );
  const source = files.map(({ place }) => place.source).join(", ");
  return { kubeconfig: merged(parsed), place: { source, path: "" } };
}

function kubeconfigPaths({ kubeconfig, env, home }: KubeconfigLookup) {
  if (kubeconfig) {
    return { paths: [resolve(kubeconfig)], howNamed: "--kubeconfig" };
  }
  const listed = env["KUBECONFIG"]?.split(delimiter).filter((path) => path !== "") ?? [];
  if (listed.length > 0) {
    const paths = [...new Set(listed.map((path) => resolve(path)))];
    return { paths, howNamed: "KUBECONFIG" };
  }
  return { paths: [join(home, ".kube", "config")], howNamed: "kubectl's default" };
}

/** The first file to name something wins, as a whole. */
function merged(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    currentContext: files.find(({ currentContext }) => currentContext)?.currentContext,
    contexts: firstOfEachName(files.flatMap(({ contexts }) => contexts)),
    clusters: firstOfEachName(files.flatMap(({ clusters }) => clusters)),
    users: firstOfEachName(files.flatMap(({ users }) => users)),
  };
}

function firstOfEachName(entries: readonly NamedEntry[]): readonly NamedEntry[] {
  const byName = Map.groupBy(entries, ({ name }) => name);
  return [...byName.values()].flatMap((same) => same.slice(0, 1));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") {
      return undefined;
    }
    throw refusal({ source: path, path: "" }, `can't be read (${code})`, fileHint);
  }
}

const fileHint = "Check that it is a file, and that you may read it.";

/** A path in a kubeconfig is relative to the file that names it, which is the place's source. */
export function resolveBeside(path: string, place: Place): string {
  return resolve(dirname(place.source), path);
}

/** @throws KubeconfigError */
export async function readReferredFile(path: string, place: Place): Promise<string> {
  const file = resolveBeside(path, place);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const problem = `names a file that can't be read (${errorCode(error)}): ${file}`;
    throw refusal(place, problem, fileHint);
  }
}

/** @throws KubeconfigError */
export async function readPem(
  path: string | undefined,
  place: Place,
): Promise<PemText | undefined> {
  return path === undefined ? undefined : { pem: await readReferredFile(path, place), place };
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
