/** The proxy's Deployment, and a kubelet's part for it: what a pod of its template starts with. */
import { z } from "zod";
import type { Kubectl } from "../parts/kubectl.ts";

export const namespace = "docker-registry-proxy-cache";

const fromSecret = (name: string, key: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: "ecr-regcred", key } },
});

/** As its Helm chart makes it with `proxy.secretRef: ecr-regcred`. */
export const manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "docker-registry", namespace },
  spec: {
    selector: { matchLabels: { app: "docker-registry" } },
    template: {
      metadata: { labels: { app: "docker-registry" } },
      spec: {
        containers: [
          {
            name: "docker-registry",
            image: "registry:3",
            env: [
              fromSecret("REGISTRY_PROXY_USERNAME", "proxyUsername"),
              fromSecret("REGISTRY_PROXY_PASSWORD", "proxyPassword"),
            ],
          },
        ],
      },
    },
  },
};

const deployment = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.tuple([
          z.looseObject({
            env: z.array(
              z.object({
                name: z.string(),
                valueFrom: z.object({
                  secretKeyRef: z.object({ name: z.string(), key: z.string() }),
                }),
              }),
            ),
          }),
        ]),
      }),
    }),
  }),
});

/** Its `generation` counts changes of what it asks for; the template decides about its pods. */
export async function readDeployment(kubectl: Kubectl) {
  const { name } = manifest.metadata;
  const args = ["get", "deployment", name, `--namespace=${namespace}`, "--output=json"];
  const { metadata, spec } = deployment.parse(JSON.parse(await kubectl(args)));
  return { generation: metadata.generation, template: spec.template };
}

/** The environment of a pod that starts now. */
export async function environmentNow(kubectl: Kubectl): Promise<Record<string, string>> {
  const { template } = await readDeployment(kubectl);
  const [container] = template.spec.containers;
  const entries = container.env.map(async ({ name, valueFrom: { secretKeyRef: from } }) => {
    const value = `--output=jsonpath={.data.${from.key}}`;
    const base64 = await kubectl(["get", "secret", from.name, `--namespace=${namespace}`, value]);
    return [name, Buffer.from(base64, "base64").toString()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
