/** Somebody who reads the documents and types what stands there: a stage, a cluster, and a shell. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { root } from "../../docs/documents.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { createWorkspace } from "../parts/workspace.ts";
import { findLeaks, secretsOf } from "../stack/canary.ts";
import { type CommandLine, openCommandLine } from "../stack/command-line.ts";
import { type Stack, startStack } from "../stack/stack.ts";

export interface Scene extends AsyncDisposable {
  readonly stack: Stack;
  readonly cluster: ControlPlane;
  readonly shell: CommandLine;
  /** Looks for what is secret here in all that was said. */
  expectNoLeaks(): Promise<void>;
}

/** As ECR's tokens live. */
const tokenLifeSeconds = 12 * 3_600;

export async function startScene(): Promise<Scene> {
  await using cleanup = new AsyncDisposableStack();
  const own = async <T extends AsyncDisposable>(part: Promise<T>) => cleanup.use(await part);
  const config = await readFile(join(root, "config/prod.yml"), "utf8");
  const [stack, cluster] = await Promise.all([
    own(startStack({ stage: "prod", config, tokenLifeSeconds })),
    own(startControlPlane({ name: "prod-eu", controllerManager: true })),
  ]);
  const workspace = await createWorkspace("documents");
  cleanup.defer(() => workspace.remove());
  // One cluster for both contexts that the documents speak of: a trial, then its registration.
  const trial = workspace.file("kind-kind");
  await writeFile(trial, cluster.adminKubeconfig.replaceAll("prod-eu", "kind-kind"));
  const kubeconfigs = [cluster.adminKubeconfigPath, trial];
  const { directory } = stack.clone;
  const shell = await own(openCommandLine({ directory, awsEnv: stack.aws.env, kubeconfigs }));
  const running = cleanup.move();
  return {
    stack,
    cluster,
    shell,
    expectNoLeaks: async () => {
      const secrets = [
        ...secretsOf(cluster.adminKubeconfig),
        ...stack.tokens.map(({ password }) => password),
      ];
      const texts = [...(await stack.allTexts()), ...(await shell.allTexts())];
      expect(findLeaks(texts, secrets)).toEqual([]);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
