/** The build of the real parts, where something is missing or in its way. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cacheDirectory, makeAtomically, withCacheLock } from "./parts/cache.ts";
import { CommandError, run } from "./parts/processes.ts";

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-build-"));
  vi.stubEnv("XDG_CACHE_HOME", scratch);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});

async function startRun(env: Record<string, string>): Promise<unknown> {
  const script = join(import.meta.dirname, "run.ts");
  return await run(process.execPath, [script], { env: { XDG_CACHE_HOME: scratch, ...env } });
}

test("fails and names Go, its version and its use where there is no Go", async () => {
  const attempt = startRun({ PATH: scratch });

  await expect(attempt).rejects.toBeInstanceOf(CommandError);
  await expect(attempt).rejects.toThrow(
    /^.*ended with code 1: Go 1\.26 or newer builds the real parts .*; there is no go in PATH\. Get it from/,
  );
});

test("fails with Go's own words where Go is too old", async () => {
  const oldGo =
    '#!/bin/sh\necho "go: go.mod requires go >= 1.26.0 (running go 1.19)" >&2; exit 1\n';
  await writeFile(join(scratch, "go"), oldGo, { mode: 0o755 });

  await expect(startRun({ PATH: scratch })).rejects.toThrow(/go here says: .*running go 1\.19/);
});

test("fails where KUBEBUILDER_ASSETS names a directory without the binaries", async () => {
  const attempt = startRun({ PATH: scratch, KUBEBUILDER_ASSETS: scratch });

  await expect(attempt).rejects.toThrow(
    /KUBEBUILDER_ASSETS is set, but .*etcd is not an executable/,
  );
});

test("leaves nothing of a build that failed", async () => {
  const target = join(cacheDirectory(), "part");
  const build = withCacheLock(
    () =>
      makeAtomically(target, async (temporary) => {
        await writeFile(temporary, "half");
        throw new Error("compiler crashed");
      }),
    () => {},
  );

  await expect(build).rejects.toThrow("compiler crashed");
  await expect(readdir(cacheDirectory())).resolves.toEqual([]);
});

test("builds one after the other, and says whom the second waits for", async () => {
  const order: string[] = [];
  const waits: number[] = [];
  const build = (name: string) =>
    withCacheLock(
      async () => {
        order.push(`${name} starts`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push(`${name} ends`);
      },
      (pid) => waits.push(pid),
    );

  await Promise.all([build("first"), build("second")]);

  expect(order.map((step) => step.split(" ")[1])).toEqual(["starts", "ends", "starts", "ends"]);
  expect(waits).toEqual([process.pid]);
});

test("takes over the lock of a run that was killed", async () => {
  await mkdir(cacheDirectory(), { recursive: true });
  const deadPid = await run("/bin/sh", ["-c", "echo $$"]);
  await writeFile(join(cacheDirectory(), "lock"), deadPid);
  let built = false;

  await withCacheLock(
    async () => {
      built = true;
    },
    () => expect.unreachable("the lock's holder is dead"),
  );

  expect(built).toBe(true);
});
