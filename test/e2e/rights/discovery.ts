/** What an API server serves, by its own word. */
import { z } from "zod";
import type { ApiClient } from "./api-client.ts";

export interface ServedResource {
  /** `/api/v1` or `/apis/<group>/<version>` */
  readonly base: string;
  readonly apiVersion: string;
  /** `secrets`, `serviceaccounts/token`, `deployments.apps` */
  readonly label: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly kind: string;
  readonly namespaced: boolean;
}

const kind = z.object({ kind: z.string() }).nullish();
const resource = z.object({
  resource: z.string(),
  responseKind: kind,
  scope: z.enum(["Namespaced", "Cluster"]),
  subresources: z.array(z.object({ subresource: z.string(), responseKind: kind })).default([]),
});
type Found = z.infer<typeof resource>;
const discovery = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().default("") }).default({ name: "" }),
      versions: z.array(
        z.object({
          version: z.string(),
          resources: z.array(resource),
        }),
      ),
    }),
  ),
});

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
export async function discover(client: ApiClient): Promise<readonly ServedResource[]> {
  const roots = ["/api", "/apis"].map(async (path) => {
    const answer = await client.send({ method: "GET", path, headers: { accept: aggregated } });
    return discovery.parse(answer.body).items;
  });
  const groups = (await Promise.all(roots)).flat();
  return groups.flatMap(({ metadata: { name }, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.flatMap((resource) => served(resource, name, version)),
    ),
  );
}

/** A resource, and its subresources. */
function served(found: Found, group: string, version: string): readonly ServedResource[] {
  const { resource, scope, responseKind, subresources } = found;
  const core = group === "";
  const common = {
    resource,
    namespaced: scope === "Namespaced",
    apiVersion: core ? version : `${group}/${version}`,
    base: core ? `/api/${version}` : `/apis/${group}/${version}`,
  };
  const label = (path: string) => (core ? path : `${path}.${group}`);
  const kindOf = (each: Pick<Found, "responseKind">) => each.responseKind?.kind ?? "Status";
  return [
    { ...common, label: label(resource), subresource: undefined, kind: kindOf({ responseKind }) },
    ...subresources.map((each) => ({
      ...common,
      label: label(`${resource}/${each.subresource}`),
      subresource: each.subresource,
      kind: kindOf(each),
    })),
  ];
}
