/** DELETE, and how namespaces end. */
import { conform } from "./conform.ts";
import { parseJson } from "./decode.ts";
import { type ApiObject, type JsonObject, objectIn, timestamp } from "./object.ts";
import { decodeBody, readObject } from "./objects.ts";
import { namespaces } from "./resources.ts";
import { preconditionFailed, Surprise } from "./status.ts";
import { checkIdentity, type Target } from "./target.ts";
import type { Cluster, Writer } from "./writes.ts";

/** The object as it is now if it stays for a while, undefined once it is gone. */
export interface Deletion {
  readonly last: ApiObject;
  readonly stays: boolean;
}

export function deleteObject(
  cluster: Cluster,
  target: Target,
  text: string,
  { dryRun, guard }: Pick<Writer, "dryRun" | "guard">,
): Deletion {
  const options = text === "" ? {} : parseJson(text);
  const live = readObject(cluster, target);
  checkDeleteOptions(target, live, objectIn(options));
  guard.afterValidation({ object: undefined, oldObject: live });
  const waits = target.resource === namespaces || live.metadata.finalizers !== undefined;
  if (!waits) {
    return { last: dryRun ? live : cluster.store.remove(target.resource, live), stays: false };
  }
  if (live.metadata.deletionTimestamp !== undefined || dryRun) {
    return { last: live, stays: true };
  }
  return { last: cluster.store.put(target.resource, ending(live, cluster.now())), stays: true };
}

function ending(live: ApiObject, at: Date): ApiObject {
  const isNamespace = live.kind === namespaces.kind;
  return {
    ...live,
    metadata: {
      ...live.metadata,
      deletionTimestamp: timestamp(at),
      ...(isNamespace ? {} : { deletionGracePeriodSeconds: 0 }),
    },
    ...(isNamespace ? { status: { phase: "Terminating" } } : {}),
  };
}

function checkDeleteOptions(target: Target, live: ApiObject, options: JsonObject): void {
  const { uid, resourceVersion } = objectIn(options["preconditions"]);
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw preconditionFailed(
      target.resource,
      target.name,
      `the UID in the precondition (${String(uid)}) does not match the UID in record (${live.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    throw preconditionFailed(
      target.resource,
      target.name,
      `the ResourceVersion in the precondition (${String(resourceVersion)}) does not match the ResourceVersion in record (${live.metadata.resourceVersion}). The object might have been modified`,
    );
  }
  if (options["propagationPolicy"] === "Foreground" || options["propagationPolicy"] === "Orphan") {
    throw new Surprise(`propagationPolicy ${options["propagationPolicy"]}`);
  }
}

/** The last step of a namespace's end: without finalizers it goes; its content stays behind. */
export function finalizeNamespace(
  cluster: Cluster,
  target: Target,
  text: string,
  { dryRun, guard }: Pick<Writer, "dryRun" | "guard">,
): ApiObject {
  const given = conform(namespaces, decodeBody(namespaces, text));
  checkIdentity(target, given.metadata);
  const live = readObject(cluster, target);
  const spec = objectIn(given["spec"]);
  const next = { ...live, spec };
  guard.afterValidation({ object: next, oldObject: live });
  if (dryRun) {
    return next;
  }
  if (spec["finalizers"] === undefined && live.metadata.deletionTimestamp !== undefined) {
    cluster.store.remove(namespaces, live);
    return next;
  }
  return cluster.store.put(namespaces, next);
}
