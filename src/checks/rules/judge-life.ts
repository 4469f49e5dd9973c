/** For how long the credential in a record is good, and whether anything renews it. */
import type { ClusterState } from "../../clusters/record-state.ts";
import type { ServiceAccountToken, StoredCredential } from "../../clusters/stored-credential.ts";
import { formatDuration } from "../../durations.ts";
import { catalogue, failed, passed, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { NextSteps } from "../next-steps.ts";
import {
  assumedLife,
  fixedUrgentShare,
  fixedWarningShare,
  renewableUrgentShare,
  shareLeft,
} from "./credential-shares.ts";

export interface Life {
  readonly credential: StoredCredential;
  /** Whether it may ask for its own next token; undefined: not known. */
  readonly renewsItself: boolean | undefined;
  /** Of the record's tags. */
  readonly rotationFailingSince: ClusterState["rotationFailingSince"];
  readonly now: Date;
}

export function judgeLife(life: Life, next: NextSteps): CheckResult {
  const { credential, now } = life;
  if (credential.kind === "eks") {
    return passed(catalogue.life, "signed anew for each sweep");
  }
  const name = nameOf(credential);
  const { issuedAt, expiresAt } = credential;
  if (expiresAt === undefined) {
    return passed(catalogue.life, `${name} that names no end; nothing renews it`);
  }
  const leftMs = expiresAt.getTime() - now.getTime();
  if (leftMs <= 0) {
    const message = `${name}, which expired ${formatDuration(-leftMs)} ago`;
    const isOurs = credential.kind === "service-account-token";
    return failed(catalogue.life, { message, hint: isOurs ? next.renew : next.replace });
  }
  const found = `${name}, good for ${formatDuration(leftMs)}`;
  return credential.kind === "service-account-token"
    ? judgeRenewal({ ...life, credential }, found, next)
    : judgeFixedEnd(shareLeft(assumedLife(expiresAt, issuedAt), now), found, next);
}

function judgeFixedEnd(share: number, found: string, next: NextSteps): CheckResult {
  const message = `${found}; nothing renews it`;
  if (share >= fixedWarningShare) {
    return passed(catalogue.life, message);
  }
  const verdict = share < fixedUrgentShare ? failed : warned;
  return verdict(catalogue.life, { message, hint: `store a new one before: ${next.replace}` });
}

type RenewableLife = Life & {
  readonly credential: ServiceAccountToken;
};

function judgeRenewal(life: RenewableLife, found: string, next: NextSteps): CheckResult {
  const { renewsItself, rotationFailingSince, now } = life;
  const isUrgent = shareLeft(life.credential, now) < renewableUrgentShare;
  const verdict = isUrgent ? failed : warned;
  if (renewsItself === false) {
    const message = `${found}; it may not ask for its next token, so nothing renews it`;
    return verdict(catalogue.life, { message, hint: next.register });
  }
  if (rotationFailingSince) {
    const sinceMs = now.getTime() - rotationFailingSince.getTime();
    return verdict(catalogue.life, {
      message: `${found}; its renewal has failed for ${formatDuration(Math.max(0, sinceMs))}`,
      hint: `the refresh function's log says why; a new one by hand: ${next.renew}`,
    });
  }
  return isUrgent
    ? failed(catalogue.life, {
        message: `${found}; it should have been renewed at half of its life, and no sweep did`,
        hint: next.refresh,
      })
    : passed(catalogue.life, `${found}; renewed at half of its life`);
}

function nameOf(credential: Exclude<StoredCredential, { kind: "eks" }>): string {
  switch (credential.kind) {
    case "service-account-token":
      return `a token of ServiceAccount ${credential.namespace}/${credential.name}`;
    case "client-certificate":
      return "a client certificate";
    case "token":
      return "a token";
  }
}
