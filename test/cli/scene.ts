/**
 * The command line as somebody types it: without a terminal, in an environment that holds only what
 * is named here, against fakes over real sockets.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { startAws } from "../fakes/aws/aws.ts";
import { startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { runInThisProcess } from "./in-this-process.ts";

const repository = join(import.meta.dirname, "..", "..");
const program = join(repository, "src", "cli", "main.ts");
/** Node compiles the program once, not once per test: half of a run's time. */
const compileCache = join(tmpdir(), "ecr-pull-secrets-compile-cache");

/** Before the test times out, so that a command that hangs is seen as one, and outlives nothing. */
const giveUpAfterMs = 12_000;

/** Read before any run: they replace the environment. */
const path = process.env["PATH"];

export interface RunOptions {
  /** Variables beside those that the scene sets; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the scene's own folder. */
  readonly cwd?: string;
}

export interface Finished {
  readonly args: readonly string[];
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Where the command ran: differs from run to run. */
  readonly folder: string;
}

export type Scene = Awaited<ReturnType<typeof startScene>>;

/** @param namespaces beside the four that every cluster has */
export async function startScene(namespaces: readonly string[] = []) {
  const [aws, cluster, folder] = await Promise.all([
    startAws(),
    startKubernetesApi(),
    mkdtemp(join(tmpdir(), "ecr-pull-secrets-cli-")),
  ]);
  for (const namespace of namespaces) {
    cluster.state.createNamespace(namespace);
  }
  const write = (file: string, content: string) => writeFile(join(folder, file), content);
  await write("cluster.yaml", cluster.kubeconfig());

  const environment = { PATH: path, HOME: folder, ...aws.environment };
  const wellMannered = (run: Finished): Finished => {
    expectManners(run, secretsOf({ aws, cluster }));
    return run;
  };

  async function run(args: readonly string[], { env, cwd = folder }: RunOptions = {}) {
    const around = { cwd, environment: { ...environment, ...env }, giveUpAfterMs };
    return wellMannered({ args, ...(await runInThisProcess(args, around)), folder });
  }

  function start(args: readonly string[], { env, cwd = folder }: RunOptions = {}) {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { NODE_COMPILE_CACHE: compileCache, ...environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: giveUpAfterMs,
      killSignal: "SIGKILL",
    });
    const finished = async (): Promise<Finished> => {
      const [[exitCode], stdout, stderr] = await Promise.all([
        once(child, "close"),
        said(child.stdout),
        said(child.stderr),
      ]);
      return wellMannered({ args, exitCode, stdout, stderr, folder });
    };
    return { child, finished: finished() };
  }

  return {
    aws,
    cluster,
    folder,
    repository,
    /** The options that name this scene's cluster. */
    target: ["--local", "--kubeconfig", "cluster.yaml"],
    /** Puts a file into the folder that commands run in. */
    write,
    /** In this process, when those before it have ended. */
    run,
    /** In a process of its own, for what only that shows. */
    start,
    runProcess: (args: readonly string[], options?: RunOptions) => start(args, options).finished,
    async [Symbol.asyncDispose]() {
      expect(cluster.surprises).toEqual([]);
      await Promise.all([
        aws.close(),
        cluster.close(),
        rm(folder, { recursive: true, force: true }),
      ]);
    },
  };
}

/** What arrives until the end, or until a test closes it. */
const said = (stream: Readable) => text(stream).catch(() => "");

function secretsOf({ aws, cluster }: Pick<Scene, "aws" | "cluster">): string[] {
  const minted = aws.tokens.map(({ password }) => password);
  const known = [cluster.admin.token, aws.credentials.secretAccessKey];
  return [...known, ...minted, ...cluster.issuedTokens, ...aws.secrets.texts().flatMap(held)];
}

/** What a kubeconfig keeps secret; its server and its CA may be shown. */
function held(kubeconfig: string): string[] {
  const fields = kubeconfig.matchAll(/"?(?:token|password|client-key-data)"?: *"?([^\s",}]{8,})/g);
  return [...fields].map(([, value = ""]) => value);
}

/** What holds for every command, however it ends. */
function expectManners({ stdout, stderr }: Finished, secrets: readonly string[]): void {
  const said = stdout + stderr;
  for (const secret of secrets) {
    for (const trace of tracesOf(secret)) {
      expect(said).not.toContain(trace);
    }
  }
  // Any token of a ServiceAccount, and whatever else is signed as JSON.
  expect(said).not.toMatch(/eyJ[\w-]{10}/);
  expect(said).not.toContain("\u001b");
  expect(said).not.toContain("    at ");
}

/** A cut or encoded secret is still a leak; tokens begin alike, so their middle is looked for. */
function tracesOf(secret: string): string[] {
  const login = Buffer.from(`AWS:${secret}`).toString("base64");
  const encoded = Buffer.from(secret).toString("base64");
  return [secret, login, encoded].flatMap((form) => [form.slice(12, 32), form.slice(-24, -4)]);
}
