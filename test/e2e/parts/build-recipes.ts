/** How each part is built, and from which version: pinned here, in go.mod and requirements.txt. */
import { access, constants, readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildKey, cacheDirectory } from "./cache.ts";
import type { PartName } from "./part-paths.ts";
import { type CommandOptions, run } from "./processes.ts";
import { goModuleDirectory, type Toolchain } from "./toolchains.ts";

const requirementsFile = join(import.meta.dirname, "..", "requirements.txt");
const registryPackage = "github.com/distribution/distribution/v3/cmd/registry@v3.0.0";
const cranePackage = "github.com/google/go-containerregistry/cmd/crane@v0.22.1";
const buildTimeoutMs = 45 * 60_000;

export interface Recipe {
  readonly name: PartName;
  /** For people: what it is built from. */
  readonly source: string;
  /** The executable. */
  readonly path: string;
  /** What is made in one piece: the executable, or a directory that holds it. */
  readonly target: string;
  readonly toolchain: Toolchain;
  readonly isUsable: () => Promise<boolean>;
  readonly make: (temporary: string) => Promise<void>;
}

export async function listRecipes(): Promise<readonly Recipe[]> {
  return [
    ...(await listControlPlane()),
    goInstall("registry", registryPackage),
    goInstall("crane", cranePackage),
    await pythonEnvironment(),
  ];
}

/** All four from one Go module, so that its go.sum vouches for every line that is compiled. */
async function listControlPlane(): Promise<readonly Recipe[]> {
  const goMod = await readFile(join(goModuleDirectory, "go.mod"), "utf8");
  const goSum = await readFile(join(goModuleDirectory, "go.sum"), "utf8");
  const flags = linkerFlags(goMod);
  const directory = join(cacheDirectory(), buildKey("control-plane", [goMod, goSum, flags]));
  const recipe = (name: PartName, source: string) => {
    const path = join(directory, name);
    const args = ["build", "-trimpath", `-ldflags=${flags}`, "-o"];
    const make = (temporary: string) =>
      go([...args, temporary, source], { cwd: goModuleDirectory });
    return {
      name,
      source,
      path,
      target: path,
      toolchain: "go",
      isUsable: executable(path),
      make,
    } as const;
  };
  return [
    await preferAssets(recipe("etcd", "go.etcd.io/etcd/server/v3")),
    await preferAssets(recipe("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver")),
    recipe("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
    await preferAssets(recipe("kubectl", "k8s.io/kubernetes/cmd/kubectl")),
  ];
}

/** Without its version Kubernetes calls itself v0.0.0-master+$Format, which kubectl can't parse. */
function linkerFlags(goMod: string): string {
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod) ?? [];
  const set = (name: string, value = "") => `-X k8s.io/component-base/version.${name}=${value}`;
  const stamps = [set("gitVersion", version), set("gitMajor", major), set("gitMinor", minor)];
  return ["-s -w", ...stamps].join(" ");
}

/** Binaries that the user has already, named as the Kubernetes world names their place. */
async function preferAssets(recipe: Recipe): Promise<Recipe> {
  const assets = process.env["KUBEBUILDER_ASSETS"];
  if (!assets) return recipe;
  const path = join(assets, recipe.name);
  if (await executable(path)()) return { ...recipe, path, isUsable: executable(path) };
  throw new Error(
    `KUBEBUILDER_ASSETS is set, but ${path} is not an executable file. ` +
      "Let setup-envtest download it again, or unset the variable to have it built.",
  );
}

function goInstall(name: PartName, source: string): Recipe {
  const target = join(cacheDirectory(), buildKey(name, [source]));
  const path = join(target, name);
  const make = (temporary: string) =>
    go(["install", "-trimpath", "-ldflags=-s -w", source], { env: { GOBIN: temporary } });
  return { name, source, path, target, toolchain: "go", isUsable: executable(path), make };
}

async function go(args: readonly string[], options: CommandOptions): Promise<void> {
  // GOWORK: a go.work around this clone must not decide what is built.
  const env = { ...process.env, ...options.env, CGO_ENABLED: "0", GOWORK: "off" };
  await run("go", args, { ...options, env, timeoutMs: buildTimeoutMs });
}

async function pythonEnvironment(): Promise<Recipe> {
  const requirements = await readFile(requirementsFile, "utf8");
  const target = join(cacheDirectory(), buildKey("python", [requirements]));
  const path = join(target, "bin", "python");
  const options = { env: process.env, timeoutMs: buildTimeoutMs };
  return {
    name: "python",
    source: "requirements.txt",
    path,
    target,
    toolchain: "python3",
    // Its interpreter is a link to the machine's Python, which may have been upgraded away.
    isUsable: () => succeeds(path, ["-I", "-c", "import ministack, cryptography, bcrypt"]),
    make: async (temporary) => {
      await run("python3", ["-m", "venv", temporary], options);
      const pip = ["-I", "-m", "pip", "install", "--quiet", "--requirement", requirementsFile];
      await run(join(temporary, "bin", "python"), pip, options);
    },
  };
}

function executable(path: string): () => Promise<boolean> {
  return async () => {
    try {
      await access(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}
