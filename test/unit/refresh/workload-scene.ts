/** Workloads in a scene's cluster: made, looked at, and what their pods were started for. */
import type { Scene } from "./sweep-scene.ts";

export const restartedFor = "ecr-pull-secrets/restarted-for";

const kinds = { deployment: "Deployment", statefulset: "StatefulSet" } as const;

interface WorkloadOptions {
  readonly kind?: keyof typeof kinds;
  readonly spec?: object;
}

/** `docker-registry`, as somebody has deployed it. */
export function makeWorkload(
  { cluster }: Pick<Scene, "cluster">,
  namespace: string,
  { kind = "deployment", spec = {} }: WorkloadOptions = {},
): void {
  const labels = { app: "docker-registry" };
  const containers = [{ name: "registry", image: "registry:3" }];
  cluster.state.create({
    apiVersion: "apps/v1",
    kind: kinds[kind],
    metadata: { name: "docker-registry", namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
      ...spec,
    },
  });
}

export const deploymentIn = (namespace: string) =>
  ({ kind: "Deployment", namespace, name: "docker-registry" }) as const;

interface Workload {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    };
  };
}

/** 1 as it was made, and one more for each time that it was made to roll. */
export function generationOf({ cluster }: Pick<Scene, "cluster">, namespace: string): number {
  const found = cluster.state.find("Deployment", "docker-registry", namespace) as Workload;
  return found.metadata?.generation ?? 0;
}

/** What is noted on its pod template. */
export function noteOn(
  { cluster }: Pick<Scene, "cluster">,
  namespace: string,
): Readonly<Record<string, unknown>> | undefined {
  const found = cluster.state.find("Deployment", "docker-registry", namespace) as Workload;
  const text = found.spec?.template?.metadata?.annotations?.[restartedFor];
  return text === undefined ? undefined : JSON.parse(text);
}
