/** One pull secret that is to be written in one namespace: why, and what that rests on. */
import type { Contention, ReadStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { SecretState } from "../ports.ts";
import type { Drift } from "./drift.ts";
import type { RegistryDue } from "./due.ts";
import type { Finding } from "./findings.ts";
import type { Awaited } from "./restarts.ts";

/** Why a secret is written: the first reason that holds, in this order. */
export type WriteReason =
  | { readonly why: "missing" }
  | { readonly why: "adopted" }
  | { readonly why: "trial-taken-over" }
  | { readonly why: "field-taken"; readonly drift: Drift }
  | { readonly why: "shape-changed" }
  | { readonly why: "registry-due"; readonly registry: string; readonly due: RegistryDue };

export interface SecretWrite {
  readonly secret: DesiredPullSecret;
  readonly namespace: string;
  readonly reason: WriteReason;
  /** Registries of which at least one must be minted, or nothing is written. */
  readonly due: ReadonlySet<string>;
  /** What the verdict rests on: the write is guarded by its version. */
  readonly existing: { readonly state: SecretState; readonly stamps: ReadStamps } | undefined;
  readonly contention: Contention | undefined;
  /** Of workloads there; asked for again if the write has to be judged anew. */
  readonly awaited?: Awaited | undefined;
  /** What is to be told if none of the due ones can be minted; absent: just that. */
  readonly otherwise?: Finding;
  /** Names that the config has dropped, of accounts there that link the secret, or may do so. */
  readonly stillLinked?: readonly string[] | undefined;
}
