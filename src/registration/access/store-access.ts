/** Puts the new access into the cluster's record, unless somebody else was faster. */
import { noState } from "../../clusters/record-state.ts";
import type { ClusterStore, ClusterWriter } from "../../clusters/store.ts";
import { UserError } from "../../errors.ts";
import type { InspectedRecord } from "../inspection.ts";
import type { IssuedAccess } from "./access-kind.ts";

export interface StorePorts {
  readonly clusters: Pick<ClusterStore, "saveState">;
  readonly writer: Pick<ClusterWriter, "create" | "putPending" | "promote">;
}

export interface StoreWish {
  readonly cluster: string;
  /** Digest of the rights that are granted by now; undefined: not all that the config asks for. */
  readonly rbac: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** @throws UserError if somebody else registered it meanwhile, StoreError */
export async function storeNew(
  { kubeconfig, life }: IssuedAccess,
  { cluster, rbac, kmsKeyId, tags }: StoreWish,
  { writer }: StorePorts,
): Promise<void> {
  const state = { ...noState, rbac, credential: life };
  if ((await writer.create(cluster, kubeconfig, { state, kmsKeyId, tags })) === "exists") {
    throw new UserError(
      `somebody else registered ${cluster} meanwhile; their record was left alone`,
      {
        hint: "run this again: it looks at what is there by now",
      },
    );
  }
}

interface Stored {
  readonly record: InspectedRecord;
  readonly ports: StorePorts;
}

/** @throws UserError if somebody else changed it meanwhile, StoreError */
export async function swapIn(
  { kubeconfig }: IssuedAccess,
  { cluster }: StoreWish,
  { record, ports: { writer } }: Stored,
): Promise<void> {
  const to = await writer.putPending(cluster, kubeconfig);
  const from = record.versionId;
  const moved = to === undefined ? "changed" : await writer.promote(cluster, { from, to });
  if (moved === "changed") {
    throw new UserError(
      `somebody else changed the record of ${cluster} meanwhile (a renewal by the worker does, too); it was left alone`,
      { hint: "run this again: it looks at what is there by now" },
    );
  }
}

/** Brings the tags of a record that stays up to what is so by now. @throws StoreError */
export async function noteRights(
  { life }: IssuedAccess,
  { cluster, rbac }: StoreWish,
  { record: { state }, ports }: Stored,
): Promise<void> {
  await ports.clusters.saveState(cluster, state, { ...state, rbac, credential: life });
}

/** The same of one that was given a new credential: that the former wasn't renewed is over. */
export async function noteRenewal(
  { life }: IssuedAccess,
  { cluster, rbac }: StoreWish,
  { record: { state }, ports }: Stored,
): Promise<void> {
  const renewed = { rbac, credential: life, rotationFailingSince: undefined };
  await ports.clusters.saveState(cluster, state, { ...state, ...renewed });
}
