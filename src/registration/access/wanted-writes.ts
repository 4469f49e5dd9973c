/**
 * What a sweep will write, tried as dry runs: a policy that just changed is in effect only when it
 * lets these through. Pure.
 */
import type { NamespaceState, SecretState, ServiceAccountState } from "../../refresh/ports.ts";
import type { Attempt } from "../../rights/access.ts";
import { type WorkloadPlace, wantedRestart, wantedSecret } from "../../rights/attempt-objects.ts";
import { candidatesOf } from "../../rights/candidates.ts";
import { demandOf } from "../../rights/demand.ts";
import type { RegistrationWish } from "../registration-wish.ts";

export interface WantedWrite {
  /** `write secret shop/ecr-pull` */
  readonly what: string;
  readonly attempt: Attempt;
}

export interface Existing {
  readonly secrets: readonly Pick<SecretState, "name" | "namespace">[];
  readonly accounts: readonly Pick<
    ServiceAccountState,
    "name" | "namespace" | "imagePullSecrets"
  >[];
  readonly workloads?: readonly WorkloadPlace[];
}

/** Per secret one write, where none is yet, one link and one restart, where there is what for. */
export function wantedWrites(
  { desired, owner }: RegistrationWish,
  namespaces: readonly NamespaceState[] | undefined,
  existing: Existing,
): readonly WantedWrite[] {
  const demand = demandOf(desired);
  const candidates = candidatesOf(demand, namespaces, existing);
  const { selected, isFree, linked, restarted, formIn } = candidates;
  return demand.secrets.flatMap((secret) => {
    const namespace = selected(secret).find((each) => isFree(secret, each));
    const account = linked(secret);
    const workload = restarted(secret);
    const held = existing.accounts.find(
      (each) => each.name === account?.name && each.namespace === account.namespace,
    );
    return [
      ...(namespace === undefined
        ? []
        : [
            {
              what: `write secret ${namespace}/${secret.name}`,
              attempt: wantedSecret(formIn(secret, namespace), namespace, owner),
            },
          ]),
      ...(held === undefined ? [] : [link(secret.name, held)]),
      ...(workload === undefined ? [] : [restart(workload)]),
    ];
  });
}

function link(secret: string, account: Existing["accounts"][number]): WantedWrite {
  const { name, namespace } = account;
  const names = [...new Set([...account.imagePullSecrets, secret])];
  return {
    what: `link ${secret} to service account ${namespace}/${name}`,
    attempt: {
      kind: "merge",
      ref: { apiVersion: "v1", kind: "ServiceAccount", name, namespace },
      patch: { imagePullSecrets: names.map((each) => ({ name: each })) },
    },
  };
}

function restart(workload: WorkloadPlace): WantedWrite {
  const { kind, namespace, name } = workload;
  return { what: `restart ${kind} ${namespace}/${name}`, attempt: wantedRestart(workload) };
}
