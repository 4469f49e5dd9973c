/** What is said of a credential whose end comes near, and how loudly. Pure. */
import type { NextSteps } from "../../checks/next-steps.ts";
import {
  assumedLife,
  fixedUrgentShare,
  fixedWarningShare,
  renewableUrgentShare,
  shareLeft,
} from "../../checks/rules/credential-shares.ts";
import type { ServiceAccountToken, StoredCredential } from "../../clusters/stored-credential.ts";
import { formatTime } from "../../times.ts";
import type { Trouble } from "./credential-report.ts";
import type { Rotation } from "./rotate-credential.ts";

export interface EndInSight {
  readonly trouble: Trouble;
  /** Whether the sweep is failed for it, so that an alarm rings. */
  readonly urgent: boolean;
}

interface Circumstances {
  readonly now: Date;
  readonly next: NextSteps;
}

/** Undefined: nothing is to be said. */
export function endInSight(
  credential: StoredCredential,
  rotation: Rotation | undefined,
  at: Circumstances,
): EndInSight | undefined {
  switch (credential.kind) {
    case "eks":
      return undefined;
    case "service-account-token":
      return rotation && endOfRenewable(credential, rotation, at);
    default:
      return endOfFixed(credential, at);
  }
}

function endOfRenewable(
  token: ServiceAccountToken,
  rotation: Rotation,
  { now, next }: Circumstances,
): EndInSight | undefined {
  const urgent = shareLeft(token, now) < renewableUrgentShare;
  if (rotation.result === "failed") {
    const { message: why, hint = next.renew } = rotation.trouble;
    const message = `${describeEnd(token, now)}, and couldn't be renewed: ${why}`;
    return { trouble: { message, hint }, urgent };
  }
  if (rotation.result !== "postponed" || !urgent) {
    return undefined;
  }
  const message = `${describeEnd(token, now)}, and no sweep got round to renewing it`;
  return { trouble: { message, hint: next.renew }, urgent };
}

type Fixed = Exclude<StoredCredential, { kind: "eks" } | ServiceAccountToken>;

function endOfFixed(
  { kind, issuedAt, expiresAt }: Fixed,
  { now, next }: Circumstances,
): EndInSight | undefined {
  if (!expiresAt) {
    return undefined;
  }
  const left = shareLeft(assumedLife(expiresAt, issuedAt), now);
  if (left >= fixedWarningShare) {
    return undefined;
  }
  const message = `${describeEnd({ kind, expiresAt }, now)}, and nothing renews it`;
  return { trouble: { message, hint: next.replace }, urgent: left < fixedUrgentShare };
}

const names = {
  "service-account-token": "token",
  token: "token",
  "client-certificate": "client certificate",
} as const;

function describeEnd(
  { kind, expiresAt }: { readonly kind: keyof typeof names; readonly expiresAt: Date },
  now: Date,
): string {
  const verb = expiresAt > now ? "expires" : "expired";
  const at = formatTime(expiresAt);
  return `the ${names[kind]} in the cluster's record ${verb} on ${at}`;
}
