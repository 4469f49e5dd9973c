/** Every check, in the words of a report, and the four ways in which one can end. */
import type { PullPolicy } from "../registries/pull-policies.ts";
import type { CheckResult } from "./check-report.ts";

export type Check = Pick<CheckResult, "group" | "check">;

export interface Remark {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly policies?: readonly PullPolicy[] | undefined;
}

export const catalogue = {
  record: { group: "record", check: "the record can be read" },
  kubeconfig: { group: "record", check: "the record's kubeconfig is accepted" },
  reached: { group: "network", check: "the functions look after this cluster" },
  dns: { group: "network", check: "the API server's name has an address" },
  tcp: { group: "network", check: "the API server takes connections" },
  tls: { group: "network", check: "the API server's certificate is trusted" },
  version: { group: "network", check: "the API server's version is supported" },
  clock: { group: "network", check: "the API server's clock agrees with ours" },
  accepted: { group: "credential", check: "the API server accepts the credential" },
  life: { group: "credential", check: "the credential lives long enough" },
  needed: { group: "rights", check: "every needed right is there" },
  refused: { group: "rights", check: "what nobody asked for is refused" },
  policy: { group: "rights", check: "the admission policy is in place" },
  granted: { group: "rights", check: "the rights are those that the config asks for" },
  wanted: { group: "registries", check: "the config has pull secrets for this cluster" },
  tokens: { group: "registries", check: "every registry gives a token" },
  image: { group: "registries", check: "the registry lets the cluster pull the image" },
  lastSweep: { group: "sweep", check: "the last sweep went well" },
  secrets: { group: "sweep", check: "the pull secrets are as the config asks" },
} as const satisfies Readonly<Record<string, Check>>;

/** Of what is deployed, whichever cluster. */
export const stackCatalogue = {
  deployed: { group: "stack", check: "the refresh function is deployed" },
  schedule: { group: "stack", check: "the schedule is enabled" },
  deadLetters: { group: "stack", check: "the dead-letter queue is empty" },
  answers: { group: "stack", check: "the refresh function gives a diagnosis" },
} as const satisfies Readonly<Record<string, Check>>;

export function passed(check: Check, message?: string): CheckResult {
  return { ...check, result: "ok", ...(message !== undefined && { message }) };
}

export function warned(check: Check, remark: Remark): CheckResult {
  return { ...check, result: "warning", ...remark };
}

export function failed(check: Check, remark: Remark): CheckResult {
  return { ...check, result: "failed", ...remark };
}

/** Nobody can tell, which is nobody's fault. */
export function untold(check: Check, message: string): CheckResult {
  return { ...check, result: "skipped", message };
}

/** What the message of a skipped check begins with, that builds on one that didn't end well. */
export const waitsFor = "waits for: ";

export function skipped(check: Check, blocker: Check): CheckResult {
  return untold(check, `${waitsFor}${blocker.check}`);
}
