/** What a record's kubeconfig authenticates with; times as the token or certificate claims them. */
import type { CredentialLife } from "./record-state.ts";

export type StoredCredential =
  | ServiceAccountToken
  /** A token that we can't ask the next one for. */
  | {
      readonly kind: "token";
      readonly issuedAt: Date | undefined;
      /** Undefined: it doesn't expire, or doesn't say. */
      readonly expiresAt: Date | undefined;
    }
  | { readonly kind: "client-certificate"; readonly issuedAt: Date; readonly expiresAt: Date }
  /** Signed anew for each sweep. */
  | { readonly kind: "eks" };

/** Of TokenRequest. */
export interface ServiceAccountToken {
  readonly kind: "service-account-token";
  readonly namespace: string;
  readonly name: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** Undefined: nobody noted one. */
  readonly wantedLifetimeSeconds: number | undefined;
}

export function lifeMs({ issuedAt, expiresAt }: CredentialLife): number {
  return expiresAt.getTime() - issuedAt.getTime();
}
