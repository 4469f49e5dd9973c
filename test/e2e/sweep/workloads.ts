/** Workloads as somebody deploys them, and what kubectl tells of them. */
import { z } from "zod";
import type { Kubectl } from "../parts/kubectl.ts";

const kinds = { deployment: "Deployment", statefulset: "StatefulSet" } as const;
const labels = { app: "docker-registry" };

interface WorkloadSpec {
  readonly kind?: keyof typeof kinds;
  readonly spec?: object;
}

/** `docker-registry`, with an annotation and a label of its own. */
export async function createWorkload(
  kubectl: Kubectl,
  namespace: string,
  { kind = "deployment", spec = {} }: WorkloadSpec = {},
): Promise<void> {
  const containers = [{ name: "registry", image: "registry:3" }];
  const object = {
    apiVersion: "apps/v1",
    kind: kinds[kind],
    metadata: { name: "docker-registry", namespace, labels: { team: "a" } },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: { theirs: "stays" } }, spec: { containers } },
      ...spec,
    },
  };
  await kubectl(["create", "-f", "-"], { input: JSON.stringify(object) });
}

const workload = z.looseObject({
  metadata: z.looseObject({ generation: z.number() }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
    }),
  }),
});
export type WorkloadObject = z.output<typeof workload>;

export async function readWorkload(
  kubectl: Kubectl,
  namespace: string,
  kind: keyof typeof kinds = "deployment",
): Promise<WorkloadObject> {
  const args = ["get", `${kind}/docker-registry`, `--namespace=${namespace}`, "--output=json"];
  return workload.parse(JSON.parse(await kubectl(args)));
}

/** One more for each change of its spec: each time that it was made to roll. */
export async function generationOf(kubectl: Kubectl, namespace: string): Promise<number> {
  return (await readWorkload(kubectl, namespace)).metadata.generation;
}
