/** A deployed stack, clusters that nobody has registered yet, and somebody with a shell. */
import { expect } from "vitest";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "../parts/control-plane.ts";
import { findLeaks, secretsOf } from "../stack/canary.ts";
import { type CommandLine, openCommandLine } from "../stack/command-line.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { createNamespaces } from "../sweep/contents.ts";

export interface SceneOptions<Name extends string> {
  /** Of the stage `prod`. */
  readonly config: string;
  readonly namespaces: readonly string[];
  /** By the name of their context. */
  readonly clusters: Readonly<Record<Name, ControlPlaneOptions>>;
  /** Of ECR's tokens; as they live, by default. */
  readonly tokenLifeSeconds?: number;
}

export interface Scene<Name extends string> extends AsyncDisposable {
  readonly stack: Stack;
  readonly clusters: Readonly<Record<Name, ControlPlane>>;
  readonly shell: CommandLine;
  /** Looks for these, and for all that is secret here, in everything that anybody can read. */
  expectNoLeaks(kubeconfigs: readonly string[]): Promise<void>;
}

const twelveHours = 12 * 3_600;

export async function startScene<Name extends string>(
  options: SceneOptions<Name>,
): Promise<Scene<Name>> {
  const { config, namespaces, tokenLifeSeconds = twelveHours } = options;
  await using cleanup = new AsyncDisposableStack();
  const own = async <T extends AsyncDisposable>(part: Promise<T>) => cleanup.use(await part);
  const names = Object.keys(options.clusters) as Name[];
  const start = async (name: Name) => {
    const cluster = await own(startControlPlane({ ...options.clusters[name], name }));
    const specs = namespaces.map((each) => ({ name: each }));
    const accounts = options.clusters[name].controllerManager ?? false;
    await createNamespaces(cluster.kubectl, specs, { accounts });
    return cluster;
  };
  const [stack, ...started] = await Promise.all([
    own(startStack({ stage: "prod", config, tokenLifeSeconds })),
    ...names.map(start),
  ]);
  const paths = started.map(({ adminKubeconfigPath }) => adminKubeconfigPath);
  const { directory } = stack.clone;
  const shell = await own(
    openCommandLine({ directory, awsEnv: stack.aws.env, kubeconfigs: paths }),
  );
  const running = cleanup.move();
  return {
    stack,
    clusters: Object.fromEntries(names.map((name, index) => [name, started[index]])) as Record<
      Name,
      ControlPlane
    >,
    shell,
    expectNoLeaks: async (stored) => {
      const texts = [...(await stack.allTexts()), ...(await shell.allTexts())];
      const admins = started.map(({ adminKubeconfig }) => adminKubeconfig);
      const secrets = [
        ...[...stored, ...admins].flatMap(secretsOf),
        ...stack.tokens.map(({ password }) => password),
      ];
      expect(findLeaks(texts, secrets)).toEqual([]);
      expect(shell.temporaryFiles()).toEqual([]);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
