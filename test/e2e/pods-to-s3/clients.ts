/** What pods ask of S3, each with nothing but the mounted files: no key in its environment. */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { request } from "undici";
import { stringify } from "yaml";
import { freePort } from "../parts/free-port.ts";
import { startGuard } from "../parts/guard.ts";
import { partPath } from "../parts/part-paths.ts";
import { run, startProcess } from "../parts/processes.ts";
import type { Workspace } from "../parts/workspace.ts";

export interface Pod {
  readonly endpoint: string;
  readonly mountPath: string;
  readonly workspace: Workspace;
}

/** As the pod examples of docs/aws-credentials.md say it; the endpoint is the emulator's. */
function environmentOf({ endpoint, mountPath, workspace }: Pod): Record<string, string> {
  return {
    AWS_CONFIG_FILE: join(mountPath, "config"),
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    HOME: workspace.directory,
    PATH: "/usr/local/bin:/usr/bin:/bin",
  };
}

/** The real AWS CLI: each call is a process of its own. */
export async function awsCli(pod: Pod, args: readonly string[], input = ""): Promise<string> {
  const command = ["-I", "-m", "awscli", ...args];
  return await run(partPath("python"), command, { env: environmentOf(pod), input });
}

export interface SdkApp extends AsyncDisposable {
  readonly pid: number;
  /** `done`, or the error's name. */
  put(key: string): Promise<string>;
}

/** The AWS SDK for JavaScript, in a process that lives on. */
export function startSdkApp(pod: Pod, bucket: string): SdkApp {
  const script = join(import.meta.dirname, "sdk-app.ts");
  const app = spawn(process.execPath, [script, bucket], {
    env: environmentOf(pod),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { pid } = app;
  if (pid === undefined) throw new Error("the app has no process id");
  const guard = startGuard("kill-process", String(pid));
  const lines = createInterface({ input: app.stdout })[Symbol.asyncIterator]();
  return {
    pid,
    put: async (key) => {
      app.stdin.write(`${key}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the app has ended");
      return value;
    },
    [Symbol.asyncDispose]: async () => {
      const exited = new Promise((resolve) => app.once("exit", resolve));
      app.stdin.end();
      await exited;
      guard.dismiss();
    },
  };
}

export interface RegistryOnS3 extends AsyncDisposable {
  readonly pid: number;
  /** Pushes a small image; gives its reference by digest. */
  push(repository: string): Promise<string>;
  /** Fetches manifest, config and layers, and checks their digests. */
  pull(image: string): Promise<string>;
}

/** Distribution with its S3 driver, which keeps no key: AWS's chain for Go finds the session. */
export async function startRegistryOnS3(pod: Pod, bucket: string): Promise<RegistryOnS3> {
  const { workspace, endpoint } = pod;
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const s3 = { region: "us-east-1", bucket, regionendpoint: endpoint, forcepathstyle: true };
  const config = {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { s3: { ...s3, secure: false }, cache: { blobdescriptor: "inmemory" } },
    http: { addr: address },
  };
  await writeFile(workspace.file("registry.yml"), stringify(config));
  const registry = await startProcess({
    command: partPath("registry"),
    args: ["serve", workspace.file("registry.yml")],
    // Without it, the Go SDK of that age reads no config file.
    env: { ...environmentOf(pod), AWS_SDK_LOAD_CONFIG: "1", OTEL_TRACES_EXPORTER: "none" },
    logFile: workspace.file("registry.log"),
    ready: async () => {
      const { statusCode, body } = await request(`http://${address}/v2/`);
      await body.dump();
      return statusCode === 200;
    },
  });
  const crane = (args: readonly string[]) =>
    run(partPath("crane"), ["--insecure", ...args], { env: { HOME: workspace.directory } });
  return {
    pid: registry.pid,
    push: async (repository) => {
      const layer = workspace.file(`${repository}.tar`);
      // Two empty blocks end a tar archive; what follows makes each layer another.
      await writeFile(layer, Buffer.concat([Buffer.alloc(1024), Buffer.from(repository)]));
      const tag = `${address}/${repository}:latest`;
      return (await crane(["append", "--new_layer", layer, "--new_tag", tag])).trim();
    },
    pull: (image) => crane(["validate", "--remote", image]),
    [Symbol.asyncDispose]: () => registry.stop(),
  };
}
