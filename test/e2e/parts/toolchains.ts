/** What this machine must bring to build the parts, and clear words where it doesn't. */
import { join } from "node:path";
import { CommandError, run } from "./processes.ts";

export type Toolchain = "go" | "python3";

export const goModuleDirectory = join(import.meta.dirname, "..", "controlplane");

/** Throws an error that says what is missing, which version, and what for. */
export async function requireToolchain(toolchain: Toolchain): Promise<void> {
  if (toolchain === "go") await requireGo();
  else await requirePython();
}

/** In the module's directory Go itself checks go.mod's version, and fetches a newer Go if it may. */
async function requireGo(): Promise<void> {
  const need =
    "Go 1.26 or newer builds the real parts for e2e (etcd, Kubernetes, a registry, crane)";
  try {
    await run("go", ["env", "GOVERSION"], { env: process.env, cwd: goModuleDirectory });
  } catch (error) {
    throw new Error(`${need}; ${reason(error, "go")}. Get it from https://go.dev/dl/.`);
  }
}

async function requirePython(): Promise<void> {
  const need = "Python 3.11 or newer, with venv, runs the AWS emulator for e2e";
  const remedy = "Install it, on Debian and Ubuntu with: apt install python3 python3-venv";
  const script = "import sys, venv, ensurepip; print(*sys.version_info[:2])";
  const version = await run("python3", ["-c", script], { env: process.env }).catch((error) => {
    throw new Error(`${need}; ${reason(error, "python3")}. ${remedy}.`);
  });
  const [major = 0, minor = 0] = version.trim().split(" ").map(Number);
  if (major !== 3 || minor < 11) {
    throw new Error(`${need}; python3 here is ${major}.${minor}. ${remedy}.`);
  }
}

function reason(error: unknown, command: string): string {
  if (error instanceof CommandError && error.exitCode !== undefined) {
    return `${command} here says: ${error.stderr.trim().split("\n").at(-1)}`;
  }
  return `there is no ${command} in PATH`;
}
