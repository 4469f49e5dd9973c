/** Access by a kubeconfig that somebody brings: nothing is made in the cluster for it. */
import type { CredentialLife } from "../../clusters/record-state.ts";
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import { formatSpan } from "../../durations.ts";
import { groupName } from "../../rights/names.ts";
import type { Proof } from "../../rights/prove-rights.ts";
import type { SecretValue } from "../../secret-value.ts";
import type { Problem } from "../problems.ts";
import type { AccessKind } from "./access-kind.ts";

export interface AsIsWish {
  readonly kubeconfig: SecretValue;
  readonly credential: StoredCredential;
  readonly now: Date;
  /** Undefined: it can be tried here. */
  readonly judgeDeployed: ((answer: unknown) => Problem | undefined) | undefined;
}

export function asIsAccess({ kubeconfig, credential, now, judgeDeployed }: AsIsWish): AccessKind {
  const life = lifeOf(credential, now);
  return {
    // The rights that are asked about are the same for everybody but a ServiceAccount of ours.
    subject: { kind: "Group", name: groupName },
    credential: `what you brought: ${kindNames[credential.kind]}`,
    asked: life && `good for ${formatSpan(life.expiresAt.getTime() - now.getTime())}`,
    describeIssued: () => `Taken as it is: ${kindNames[credential.kind]}`,
    demands: [],
    demandsHint: "",
    misfit: () => undefined,
    issue: async () => ({ kubeconfig, life }),
    ...(judgeDeployed && { judgeDeployed }),
  };
}

const kindNames = {
  "service-account-token": "a ServiceAccount's token",
  token: "a token",
  "client-certificate": "a client certificate",
  eks: "the name of an EKS cluster, for which the function signs",
} as const;

function lifeOf(credential: StoredCredential, now: Date): CredentialLife | undefined {
  if (credential.kind === "eks" || credential.expiresAt === undefined) {
    return undefined;
  }
  return { issuedAt: credential.issuedAt ?? now, expiresAt: credential.expiresAt };
}

/** What a wider credential may beyond what is needed. */
export function beyond(proofs: readonly Proof[]): readonly string[] {
  return proofs
    .filter(({ expected, found }) => expected === "refused" && found === "allowed")
    .map(({ what }) => what);
}

export function lacking(proofs: readonly Proof[]): readonly string[] {
  return proofs.filter(({ expected, ok }) => expected === "allowed" && !ok).map(({ what }) => what);
}
