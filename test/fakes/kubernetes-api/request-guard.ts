/** Who writes, as a request says it, and what judges the write for the sake of that user. */
import type { ApiBackend, ApiCall } from "./api-call.ts";
import { refuseEscalation } from "./escalation.ts";
import type { Change, Guard } from "./guard.ts";
import { type WriteOptions, writeOptions } from "./options.ts";
import { accessOf, denied } from "./rbac.ts";
import { type Resource, serviceAccounts } from "./resources.ts";
import { isAllowed } from "./rules.ts";
import type { Writer } from "./writes.ts";

interface Place {
  readonly resource: Resource;
  readonly namespace: string | undefined;
}

/** @throws ApiError 422 */
export function writer(
  backend: ApiBackend,
  call: ApiCall,
  place: Place,
  applies = false,
): WriteOptions & Writer {
  const options = writeOptions(call.request.verb, call.query, {
    userAgent: call.userAgent,
    applies,
  });
  return { ...options, guard: guardOf(backend, call, { ...place, ...options }) };
}

function guardOf(
  backend: ApiBackend,
  call: ApiCall,
  write: Place & Pick<WriteOptions, "dryRun" | "fieldManager">,
): Guard {
  const { cluster } = backend;
  return {
    beforeValidation: (change) => {
      if (call.request.type === "resource") {
        const { resource } = write;
        refuseEscalation(cluster.store, call.user, { resource, request: call.request }, change);
      }
    },
    afterValidation: (change) => {
      if (change.object !== undefined && change.oldObject === undefined) {
        requireCreate(backend, call);
      }
      judge(backend, call, write, change);
    },
  };
}

/** Whoever creates by a patch needs both rights. */
function requireCreate(backend: ApiBackend, { request, user }: ApiCall): void {
  if (request.type !== "resource" || request.verb !== "patch") {
    return;
  }
  const access = { ...accessOf(request), verb: "create" };
  if (!isAllowed(backend.cluster.store, user, access)) {
    throw denied(user, request, access);
  }
}

const tokenRequest = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" };

function judge(
  backend: ApiBackend,
  { request, user }: ApiCall,
  write: Place & Pick<WriteOptions, "dryRun" | "fieldManager">,
  change: Change,
): void {
  const { resource, dryRun } = write;
  const subresource = request.type === "resource" ? request.subresource : undefined;
  const name = (change.object ?? change.oldObject)?.metadata.name ?? "";
  backend.judge({
    ...change,
    resource,
    subresource,
    kind: resource === serviceAccounts && subresource === "token" ? tokenRequest : kindOf(resource),
    name,
    namespace: resource.plural === "namespaces" ? name : write.namespace,
    user,
    dryRun,
    manager: write.fieldManager,
  });
}

function kindOf({ group, version, kind }: Resource) {
  return { group, version, kind };
}
