/** The step that puts the new access into the cluster's record, or notes what it stands for by now. */
import { demandOf, digestOf } from "../rights/demand.ts";
import type { IssuedAccess } from "./access/access-kind.ts";
import {
  noteRenewal,
  noteRights,
  type StorePorts,
  type StoreWish,
  storeNew,
  swapIn,
} from "./access/store-access.ts";
import type { Narrator } from "./narrator.ts";
import type { RecordOutcome } from "./outcome.ts";
import type { RegistrationPlan } from "./plan-registration.ts";

export interface StoreRecordPorts extends StorePorts {
  readonly narrator: Narrator;
}

const storeTitles = {
  create: ["Store the kubeconfig", "Kubeconfig stored"],
  replace: ["Replace the kubeconfig", "Kubeconfig replaced"],
  keep: ["Note the rights", "Record up to date"],
} as const;

const recordOutcomes = { create: "created", replace: "replaced", keep: "kept" } as const;

/**
 * @param onStored told once the new access is what is read, also when its tags fail to follow
 * @throws UserError if somebody else was faster, StoreError
 */
export async function storeRecord(
  access: IssuedAccess,
  plan: RegistrationPlan,
  ports: StoreRecordPorts,
  onStored: (outcome: RecordOutcome) => void,
): Promise<void> {
  const { record, wish } = plan;
  const { cluster, kmsKeyId, tags } = wish;
  const stored: StoreWish = { cluster, kmsKeyId, tags, rbac: grantedDigest(plan) };
  const [title, doneTitle] = storeTitles[record.action];
  return ports.narrator.change(`${title} in AWS Secrets Manager`, async (retitle) => {
    switch (record.action) {
      case "create":
        await storeNew(access, stored, ports);
        break;
      case "replace":
        await swapIn(access, stored, { record: record.record, ports });
        onStored("replaced");
        await noteRenewal(access, stored, { record: record.record, ports });
        break;
      case "keep":
        await noteRights(access, stored, { record: record.record, ports });
    }
    onStored(recordOutcomes[record.action]);
    retitle(`${doneTitle} in AWS Secrets Manager`);
  });
}

/** Undefined: not all of them are, so that the next `register --all` looks again. */
function grantedDigest({ objects, record, wish }: RegistrationPlan): string | undefined {
  if (wish.renew) {
    // The rights were left as they are.
    return record.action === "create" ? undefined : record.record.state.rbac;
  }
  return objects.some(({ verb }) => verb === "wait") ? undefined : digestOf(demandOf(wish.desired));
}
