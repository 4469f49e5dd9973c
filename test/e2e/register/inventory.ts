/** What a cluster holds that has to do with us, as kubectl tells it: objects of every kind. */
import { z } from "zod";
import type { AuditEvent } from "../parts/audit-log.ts";
import type { ControlPlane } from "../parts/control-plane.ts";
import type { Kubectl } from "../parts/kubectl.ts";

const objects = z.object({
  items: z.array(
    z.looseObject({
      kind: z.string(),
      metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
    }),
  ),
});

/** Every object with our name in it anywhere: its own, a label, a subject, a pull secret. */
export async function objectsOfOurs(kubectl: Kubectl): Promise<readonly string[]> {
  const resources = await kubectl(["api-resources", "--verbs=list", "--output=name"]);
  const kinds = resources.trim().split("\n").join(",");
  const json = await kubectl(["get", kinds, "--all-namespaces", "--output=json"]);
  return objects
    .parse(JSON.parse(json))
    .items.filter((item) => JSON.stringify(item).includes("ecr-"))
    .map(({ kind, metadata: { namespace, name } }) => {
      return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
    });
}

/** What whoever registers wrote meanwhile: `patch clusterroles ecr-pull-secrets`. */
export async function writesOfAdmin(
  { audit }: ControlPlane,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const events = await audit.eventsDuring(work);
  return events.filter(isWriteOfAdmin).map(describe).toSorted();
}

function isWriteOfAdmin({ user, userAgent, verb, resource = "" }: AuditEvent): boolean {
  const isOurProgram = userAgent.startsWith("ecr-pull-secrets");
  const asks = ["get", "list"].includes(verb) || resource.startsWith("selfsubject");
  return user === "kubernetes-admin" && isOurProgram && !asks;
}

function describe({ verb, resource, subresource, namespace, name }: AuditEvent): string {
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${path} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
