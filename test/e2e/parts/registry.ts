/**
 * A real registry (distribution) in the place of ECR: it answers under ECR's host names, over TLS,
 * and accepts the user AWS with one password.
 */
import { rename, writeFile } from "node:fs/promises";
import { Agent, getGlobalDispatcher, request } from "undici";
import { stringify } from "yaml";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type KeyPair,
} from "../../fakes/certificates.ts";
import { type CraneOptions, runCrane } from "./crane.ts";
import { freePort } from "./free-port.ts";
import { partPath } from "./part-paths.ts";
import { type RunningProcess, run, startProcess } from "./processes.ts";
import { startTunnel } from "./tunnel.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

export interface RegistryOptions {
  /** At most 72 bytes: bcrypt looks at no more. */
  readonly password: string;
  /** The names that it answers to; by default the AWS emulator's account in us-east-1. */
  readonly hosts?: readonly [string, ...string[]];
  /**
   * Without TLS, and by its address alone: for a registry in proxy mode, which can't be told to trust
   * a certificate of ours on every system.
   */
  readonly plain?: boolean;
}

export interface Registry extends AsyncDisposable {
  /** The first of its hosts, or its address. */
  readonly host: string;
  /** Where it listens, whatever it is called: `127.0.0.1:<port>`. */
  readonly address: string;
  /** PEM; of a plain registry, of nobody. */
  readonly ca: string;
  /** From now on only this password is accepted. */
  setPassword(password: string): Promise<void>;
  /** Pushes a small image; gives its reference, `<host>/<repository>@sha256:…`. */
  push(repository: string): Promise<string>;
  /** Runs crane, which reaches this registry and no other; its stdout. Throws CommandError. */
  crane(args: readonly string[], options?: CraneOptions): Promise<string>;
  stop(): Promise<void>;
}

const defaultHosts = ["000000000000.dkr.ecr.us-east-1.amazonaws.com"] as const;

export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { plain = false } = options;
  const port = await freePort();
  const { hosts = plain ? ([`127.0.0.1:${port}`] as const) : defaultHosts } = options;
  const [host] = hosts;
  await using cleanup = new AsyncDisposableStack();
  const workspace = await createWorkspace("registry");
  cleanup.defer(() => workspace.remove());

  let password = options.password;
  const setPassword = async (next: string) => {
    await writeHtpasswd(workspace, next);
    password = next;
  };
  await setPassword(password);
  const authority = await createCertificateAuthority("registry-ca");
  const registry = await (plain
    ? startPlainServer(workspace, port)
    : startServer(workspace, { hosts, port, authority }));
  cleanup.defer(() => registry.stop());
  const tunnel = await startTunnel(hosts, port);
  cleanup.defer(() => tunnel.close());

  const crane = (args: readonly string[], options?: CraneOptions) =>
    runCrane(args, { ...options, workspace, proxyUrl: tunnel.url });
  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  return {
    host,
    address: `127.0.0.1:${port}`,
    ca: authority.cert,
    setPassword,
    push: async (repository) => {
      const layer = workspace.file("layer.tar");
      // Two empty blocks end a tar archive: the smallest layer there is.
      await writeFile(layer, Buffer.alloc(1024));
      const dockerConfigJson = renderDockerConfig(host, password);
      const append = ["append", "--new_layer", layer, "--new_tag", `${host}/${repository}:latest`];
      return (await crane(append, { dockerConfigJson })).trim();
    },
    crane,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface SecuredServer {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly authority: CertificateAuthority;
}

async function startServer(
  workspace: Workspace,
  { hosts, port, authority }: SecuredServer,
): Promise<RunningProcess> {
  const server = await authority.issueServer([...hosts, "127.0.0.1"]);
  const tls = await writeKeyPair(workspace, server);
  await writeFile(workspace.file("config.yml"), renderConfig(workspace, port, tls));
  const agent = new Agent({ connect: { ca: authority.cert } });
  const registry = await serve(workspace, `https://127.0.0.1:${port}/v2/`, agent);
  await agent.destroy();
  return registry;
}

async function startPlainServer(workspace: Workspace, port: number): Promise<RunningProcess> {
  await writeFile(workspace.file("config.yml"), renderConfig(workspace, port));
  return await serve(workspace, `http://127.0.0.1:${port}/v2/`);
}

async function serve(
  workspace: Workspace,
  url: string,
  dispatcher = getGlobalDispatcher(),
): Promise<RunningProcess> {
  return await startProcess({
    command: partPath("registry"),
    args: ["serve", workspace.file("config.yml")],
    // Its default is a collector on localhost, and an error in the log for each attempt.
    env: { OTEL_TRACES_EXPORTER: "none" },
    logFile: workspace.file("registry.log"),
    ready: async () => {
      const { statusCode, body } = await request(url, { dispatcher });
      await body.dump();
      return statusCode === 401;
    },
  });
}

function renderConfig(
  workspace: Workspace,
  port: number,
  tls?: { readonly certificate: string; readonly key: string },
): string {
  return stringify({
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: workspace.file("images") } },
    auth: { htpasswd: { realm: "ecr", path: htpasswdPath(workspace) } },
    http: { addr: `127.0.0.1:${port}`, ...(tls && { tls }) },
  });
}

async function writeKeyPair(workspace: Workspace, pair: KeyPair) {
  const tls = { certificate: workspace.file("registry.crt"), key: workspace.file("registry.key") };
  await writeFile(tls.certificate, pair.cert);
  await writeFile(tls.key, pair.key, { mode: 0o600 });
  return tls;
}

/** The registry reads the file again when its time of change differs; never half written. */
async function writeHtpasswd(workspace: Workspace, password: string): Promise<void> {
  const hash =
    "import bcrypt, sys; print(bcrypt.hashpw(sys.stdin.buffer.read(), bcrypt.gensalt(4)).decode())";
  const line = await run(partPath("python"), ["-I", "-c", hash], { input: password });
  const temporary = workspace.file("htpasswd.next");
  await writeFile(temporary, `AWS:${line}`);
  await rename(temporary, htpasswdPath(workspace));
}

function htpasswdPath(workspace: Workspace): string {
  return workspace.file("htpasswd");
}

function renderDockerConfig(host: string, password: string): string {
  const auth = Buffer.from(`AWS:${password}`).toString("base64");
  return JSON.stringify({ auths: { [host]: { username: "AWS", password, auth } } });
}
