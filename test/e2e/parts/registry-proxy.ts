/** A real registry (distribution) in proxy mode: what it hasn't cached, it pulls from an upstream. */
import { writeFile } from "node:fs/promises";
import { request } from "undici";
import { stringify } from "yaml";
import { runCrane } from "./crane.ts";
import { freePort } from "./free-port.ts";
import { partPath } from "./part-paths.ts";
import { startProcess } from "./processes.ts";
import { createWorkspace } from "./workspace.ts";

export interface RegistryProxyOptions {
  /** URL of its upstream. */
  readonly remoteUrl: string;
  /** What its container has in its environment: the login for the upstream. */
  readonly env: Readonly<Record<string, string>>;
}

export interface RegistryProxy extends AsyncDisposable {
  /** Pulls by way of it all that `<repository>@<digest>` names, and checks every digest. Throws CommandError. */
  pull(image: string): Promise<string>;
}

/** With an empty cache of its own. It asks its clients for no login, and the upstream for none before a pull. */
export async function startRegistryProxy(options: RegistryProxyOptions): Promise<RegistryProxy> {
  await using cleanup = new AsyncDisposableStack();
  const workspace = await createWorkspace("registry-proxy");
  cleanup.defer(() => workspace.remove());
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: workspace.file("images") } },
    http: { addr: address },
  };
  await writeFile(workspace.file("config.yml"), stringify(config));
  const proxy = await startProcess({
    command: partPath("registry"),
    args: ["serve", workspace.file("config.yml")],
    env: {
      OTEL_TRACES_EXPORTER: "none",
      REGISTRY_PROXY_REMOTEURL: options.remoteUrl,
      ...options.env,
    },
    logFile: workspace.file("registry.log"),
    ready: async () => {
      const { statusCode, body } = await request(`http://${address}/v2/`);
      await body.dump();
      return statusCode === 200;
    },
  });
  cleanup.defer(() => proxy.stop());
  const running = cleanup.move();
  return {
    pull: (image) => {
      const args = ["validate", "--remote", `${address}/${image}`];
      // Nothing else may be reached; Go leaves its own machine out of every proxy.
      return runCrane(args, { workspace, proxyUrl: "http://127.0.0.1:9" });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
