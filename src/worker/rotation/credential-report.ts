/** What a sweep's report says of the credential in the cluster's record; never the credential. */
import type { StoredCredential } from "../../clusters/stored-credential.ts";

export interface CredentialReport {
  readonly kind: StoredCredential["kind"];
  /** RFC 3339, or null: it doesn't say. */
  readonly issuedAt: string | null;
  /** RFC 3339, or null: it has no end, or doesn't say. */
  readonly expiresAt: string | null;
  /** What came of renewing it; absent: it isn't due, or nothing renews it. */
  readonly rotation?: "done" | "overtaken" | "postponed" | "failed";
  /** Worth a person's look. Where that is urgent, it is among the sweep's failures as well. */
  readonly trouble?: Trouble;
}

export interface Trouble {
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
}
