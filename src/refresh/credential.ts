/** What opens a registry, or AWS itself, and until when. */
import type { SecretValue } from "../secret-value.ts";

interface CredentialLife {
  /** Stamped before the call that minted it: on the safe side. */
  readonly issuedAt: Date;
  /** Null: it doesn't expire. */
  readonly expiresAt: Date | null;
}

/** Username and password for some registry hosts, and how long they are good. */
export interface RegistryCredential extends CredentialLife {
  readonly kind: "login";
  readonly username: string;
  readonly password: SecretValue;
  /** As clients look them up: bare hosts, and for Docker Hub the name that its clients have for it. */
  readonly hosts: readonly string[];
}

/** A session of an AWS role. */
export interface AwsSessionCredential extends CredentialLife {
  readonly kind: "aws-session";
  readonly expiresAt: Date;
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretValue;
  readonly sessionToken: SecretValue;
}

export type Credential = RegistryCredential | AwsSessionCredential;
