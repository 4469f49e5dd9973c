import type { DesiredPullSecret } from "../refresh/desired.ts";
import type { RightsWish } from "../rights/rights.ts";
import type { AccessKind } from "./access/access-kind.ts";
import type { Registrant } from "./marks.ts";

/** What somebody asks for, complete and checked as far as it can be without asking anybody. */
export interface RegistrationWish extends Registrant {
  readonly desired: readonly DesiredPullSecret[];
  /** Of what is ours in the cluster. */
  readonly namespace: string;
  /** False: the person knows what it means to go without. */
  readonly withPolicy: boolean;
  readonly access: AccessKind;
  /** A runner inside its network is to sweep it: the deployed function isn't asked. */
  readonly isLocal: boolean;
  /** Of a new record; undefined: the one that AWS has for all secrets. */
  readonly kmsKeyId: string | undefined;
  /** Of a new record. */
  readonly tags: Readonly<Record<string, string>>;
  /** A record that is there gets the new credential and address. */
  readonly replace: boolean;
  /** Only the credential. */
  readonly renew: boolean;
  readonly schedulePeriodMs: number;
}

export function rightsWish(wish: RegistrationWish): RightsWish {
  const { cluster, owner, desired, namespace, withPolicy, access } = wish;
  return { cluster, owner, desired, namespace, withPolicy, subject: access.subject };
}
