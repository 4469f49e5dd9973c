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
import { exampleEnvironment } from "./examples.ts";

export interface Pod {
  readonly endpoint: string;
  readonly mountPath: string;
  readonly workspace: Workspace;
}

/** As the documents' example of that name has it; the endpoint is the emulator's. */
function environmentOf(container: string, pod: Pod): Record<string, string> {
  const { endpoint, mountPath, workspace } = pod;
  return {
    ...exampleEnvironment(container, mountPath),
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    HOME: workspace.directory,
    PATH: "/usr/local/bin:/usr/bin:/bin",
  };
}

/** The real AWS CLI: each call is a process of its own. */
export async function awsCli(pod: Pod, args: readonly string[], input = ""): Promise<string> {
  const command = ["-I", "-m", "awscli", ...args];
  return await run(partPath("python"), command, { env: environmentOf("aws-cli", pod), input });
}

export interface SdkApp extends AsyncDisposable {
  /** `done`, or the error's name. */
  put(key: string): Promise<string>;
}

/** The AWS SDK for JavaScript, in a process that lives on. */
export function startSdkApp(pod: Pod, bucket: string): SdkApp {
  const script = join(import.meta.dirname, "sdk-app.ts");
  const app = spawn(process.execPath, [script, bucket], {
    env: environmentOf("sdk-app", pod),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { pid } = app;
  if (pid === undefined) throw new Error("the app has no process id");
  const guard = startGuard("kill-process", String(pid));
  const lines = createInterface({ input: app.stdout })[Symbol.asyncIterator]();
  return {
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
  /** Pushes a small image; gives its reference by digest. */
  push(repository: string): Promise<string>;
  /** Fetches manifest, config and layers, and checks their digests. */
  pull(image: string): Promise<string>;
}

/** Distribution with its S3 driver, which keeps no key: AWS's chain for Go finds the session. */
export async function startRegistryOnS3(
  pod: Pod,
  bucket: string,
  changed: Readonly<Record<string, string>> = {},
): Promise<RegistryOnS3> {
  const { workspace, endpoint } = pod;
  const address = `127.0.0.1:${await freePort()}`;
  const files = workspace.file("layers-that-are-not-in-s3");
  // As in its image: where the layers are is said by the environment.
  const storage = { cache: { blobdescriptor: "inmemory" }, filesystem: { rootdirectory: files } };
  const log = { level: "warn", accesslog: { disabled: true } };
  const config = { version: "0.1", log, storage, http: { addr: address } };
  await writeFile(workspace.file("registry.yml"), stringify(config));
  const registry = await startProcess({
    command: partPath("registry"),
    args: ["serve", workspace.file("registry.yml")],
    env: {
      ...environmentOf("registry", pod),
      REGISTRY_STORAGE_S3_BUCKET: bucket,
      REGISTRY_STORAGE_S3_REGIONENDPOINT: endpoint,
      REGISTRY_STORAGE_S3_FORCEPATHSTYLE: "true",
      OTEL_TRACES_EXPORTER: "none",
      ...changed,
    },
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
