import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Node compiles both programs once, not once per run. */
const compileCache = join(tmpdir(), "ecr-pull-secrets-compile-cache");
const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };

test("a server that stands still among writes costs a connection, not all memory", async () => {
  const at = (name: string) => `${import.meta.dirname}/${name}`;
  const server = spawn(process.execPath, [at("stalled-server.ts")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [kubeconfig] = await once(createInterface({ input: server.stdout }), "line");
    const { stdout } = await promisify(execFile)(process.execPath, [at("stalled-client.ts")], {
      env: { ...env, KUBECONFIG_TEXT: JSON.parse(kubeconfig) },
      timeout: 12_000,
      killSignal: "SIGKILL",
    });
    const { written, connections } = JSON.parse(stdout);
    // The write that found out fails as a timeout; the others go on over a new connection.
    expect(written).toBeGreaterThanOrEqual(298);
    expect(connections).toBe(2);
  } finally {
    server.kill("SIGKILL");
  }
});
