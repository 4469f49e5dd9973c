/** A new credential, or the one of the record that stays. */
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import { KubeconfigError } from "../../errors.ts";
import type { Narrator } from "../narrator.ts";
import type { RegistrationPlan } from "../plan-registration.ts";
import type { RecordAction } from "../rules/judge-record.ts";
import type { IssuedAccess, IssuePorts } from "./access-kind.ts";
import { lifeOf } from "./stored-kubeconfigs.ts";

export interface ObtainPorts extends IssuePorts {
  readonly narrator: Narrator;
}

/** @throws ClusterError, UserError */
export async function obtainAccess(
  plan: RegistrationPlan,
  ports: ObtainPorts,
): Promise<IssuedAccess> {
  const { record, wish } = plan;
  if (record.action === "keep") {
    const { kubeconfig, credential } = record.content;
    return { kubeconfig, life: lifeOf(credential) };
  }
  return ports.narrator.change(`Get ${wish.access.credential}`, async (retitle) => {
    const access = await wish.access.issue(ports, wish.renew ? formerOf(record) : undefined);
    retitle(wish.access.describeIssued(access.life));
    return access;
  });
}

function formerOf(record: RecordAction): StoredCredential | undefined {
  const content = record.action === "create" ? undefined : record.record.content;
  return content instanceof KubeconfigError ? undefined : content?.credential;
}
