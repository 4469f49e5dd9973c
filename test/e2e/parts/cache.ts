/** Where built parts live: outside the repository, shared by all clones on this machine. */
import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export function cacheDirectory(): string {
  const root = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(root, "ecr-pull-secrets", "e2e");
}

export function lockPath(): string {
  return join(cacheDirectory(), "lock");
}

/** Directory name of a build: another version, recipe or platform is another directory. */
export function buildKey(name: string, inputs: readonly string[]): string {
  const { platform, arch } = process;
  const digest = createHash("sha256").update(JSON.stringify([platform, arch, ...inputs]));
  return `${name}-${digest.digest("hex").slice(0, 12)}`;
}

/** `make` fills a temporary path that then gets the target's name: whole, or not there. */
export async function makeAtomically(
  target: string,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(buildDirectory(), randomUUID());
  await mkdir(buildDirectory(), { recursive: true });
  await mkdir(dirname(target), { recursive: true });
  await make(temporary);
  await rm(target, { recursive: true, force: true });
  await rename(temporary, target);
}

/** Runs `work` while no other run does. `onWait` is told once which process it waits for. */
export async function withCacheLock(
  work: () => Promise<void>,
  onWait: (holderPid: number) => void,
): Promise<void> {
  const lock = lockPath();
  await mkdir(cacheDirectory(), { recursive: true });
  await acquire(lock, onWait);
  try {
    await work();
  } finally {
    // Also what an earlier run left half built when it was killed.
    await rm(buildDirectory(), { recursive: true, force: true });
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string, onWait: (holderPid: number) => void): Promise<void> {
  let announced = false;
  while (!(await createLock(lock))) {
    const holderPid = Number(await readFile(lock, "utf8").catch(() => "0"));
    if (holderPid > 0 && !isRunning(holderPid)) {
      await rm(lock, { force: true });
      continue;
    }
    if (holderPid > 0 && !announced) onWait(holderPid);
    announced ||= holderPid > 0;
    await sleep(500);
  }
}

/** A link appears with its content, so nobody ever reads a lock without a process id. */
async function createLock(lock: string): Promise<boolean> {
  const claim = `${lock}.${randomUUID()}`;
  await writeFile(claim, String(process.pid));
  try {
    await link(claim, lock);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(claim, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function buildDirectory(): string {
  return join(cacheDirectory(), "building");
}
