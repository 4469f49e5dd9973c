/** Where scenarios play: a cluster, AWS, a clock, and deployments that look after the cluster. */
import { vi } from "vitest";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "../parts/control-plane.ts";
import { type Aws, startAws } from "./aws.ts";
import { type Clock, createClock } from "./clock.ts";
import { createDeployment, type Deployment } from "./deployment.ts";
import { type RightsChange, rightsManifest } from "./rights.ts";

export interface Scene {
  readonly cluster: ControlPlane;
  readonly aws: Aws;
  readonly clock: Clock;
  /** As a ServiceAccount with the computed RBAC for `ecr-pull`, changed as told. */
  deploy(stage: string, rights?: RightsChange): Promise<Deployment>;
  stop(): Promise<void>;
}

export async function startScene(options: ControlPlaneOptions = {}): Promise<Scene> {
  const clock = createClock();
  await using cleanup = new AsyncDisposableStack();
  const started = await Promise.allSettled([startControlPlane(options), startAws(clock)]);
  for (const part of started) {
    if (part.status === "fulfilled") cleanup.use(part.value);
  }
  const [cluster, aws] = [orThrow(started[0]), orThrow(started[1])];
  for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  cleanup.defer(() => void vi.unstubAllEnvs());
  const running = cleanup.move();
  return {
    cluster,
    aws,
    clock,
    deploy: async (stage, rights) => {
      const kubeconfig = await cluster.serviceAccountKubeconfig(rightsManifest(rights));
      return createDeployment({ kubeconfig, account: aws.account, stage, clock });
    },
    stop: () => running.disposeAsync(),
  };
}

function orThrow<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
