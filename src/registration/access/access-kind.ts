/** How the deployed function gets into a cluster: what one kind of access adds to a registration. */
import type { CredentialLife } from "../../clusters/record-state.ts";
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import type { AccessQuestion } from "../../rights/access.ts";
import type { Proof } from "../../rights/prove-rights.ts";
import type { Subject } from "../../rights/rights.ts";
import type { SecretValue } from "../../secret-value.ts";
import type { AdminApi } from "../ports.ts";
import type { Problem } from "../problems.ts";
import type { StoredKubeconfigs } from "./stored-kubeconfigs.ts";

export interface IssuedAccess {
  /** What the record is to hold. */
  readonly kubeconfig: SecretValue;
  /** Undefined: it doesn't expire. */
  readonly life: CredentialLife | undefined;
}

export interface IssuePorts {
  readonly admin: AdminApi;
  readonly kubeconfigs: StoredKubeconfigs;
}

/** What has to be done outside the cluster, before anybody is let in. */
export interface AccessStep {
  readonly verb: "create" | "change";
  /** `In EKS (cluster prod, eu-west-1)` */
  readonly place: string;
  /** `access entry of arn:…` */
  readonly what: string;
  /** @throws UserError, AwsError */
  carryOut(): Promise<void>;
}

export interface AccessKind {
  /** Who gets the rights. */
  readonly subject: Subject;
  /** What is stored, for people: `a token of ServiceAccount ns/name`. */
  readonly credential: string;
  /** `asked for 30 d`; undefined: it doesn't expire, or as before. */
  readonly asked: string | undefined;
  /** What came of asking for it: how long it lives, what outage that survives. */
  describeIssued(life: CredentialLife | undefined): string;
  /** What the administrator must be allowed, besides writing the objects of the rights. */
  readonly demands: readonly AccessQuestion[];
  /** What to do for one who isn't. */
  readonly demandsHint: string;
  /** Why a record's credential isn't one of this kind and for this subject; undefined: it is. */
  misfit(stored: StoredCredential): string | undefined;
  /**
   * Once the rights are there.
   * @param former what the record holds; undefined: it is as if there were none
   * @throws ClusterError, UserError
   */
  issue(ports: IssuePorts, former: StoredCredential | undefined): Promise<IssuedAccess>;
  /** Tried before it was planned: not tried again. */
  readonly proven?: readonly Proof[];
  /** What isn't done yet. */
  readonly steps?: readonly AccessStep[];
  /**
   * Only for what the deployed function alone can use: it is proved by its diagnosis, once it is
   * stored. Undefined as an answer: all is well.
   */
  judgeDeployed?(answer: unknown): Problem | undefined;
}
