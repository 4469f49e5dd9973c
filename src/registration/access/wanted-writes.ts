/**
 * What a sweep will write, tried as dry runs: a policy that just changed is in effect only when it
 * lets these through. Pure.
 */
import type { NamespaceState, SecretState, ServiceAccountState } from "../../refresh/ports.ts";
import type { Attempt } from "../../rights/access.ts";
import { wantedSecret } from "../../rights/attempt-objects.ts";
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
}

/** One write per secret, where none is yet, and one link per secret, where there is an account. */
export function wantedWrites(
  { desired, owner }: RegistrationWish,
  namespaces: readonly NamespaceState[] | undefined,
  existing: Existing,
): readonly WantedWrite[] {
  const demand = demandOf(desired);
  const { selected, isFree, linked } = candidatesOf(demand, namespaces, existing);
  return demand.secrets.flatMap((secret) => {
    const namespace = selected(secret).find((each) => isFree(secret, each));
    const account = linked(secret);
    const held = existing.accounts.find(
      (each) => each.name === account?.name && each.namespace === account.namespace,
    );
    return [
      ...(namespace === undefined
        ? []
        : [
            {
              what: `write secret ${namespace}/${secret.name}`,
              attempt: wantedSecret(secret, namespace, owner),
            },
          ]),
      ...(held === undefined ? [] : [link(secret.name, held)]),
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
