/** After the sweep: what its cluster's credential needs, and what the report says of it. */
import { type NextSteps, nextSteps } from "../../checks/next-steps.ts";
import type { ClusterRecord } from "../../clusters/store.ts";
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import { KubeconfigError } from "../../errors.ts";
import { withFailure } from "../../refresh/report/make-report.ts";
import type { FailureKind } from "../../refresh/report/report.ts";
import type { SecretValue } from "../../secret-value.ts";
import type { Serving } from "../ports.ts";
import type { CostedReport, Swept } from "../sweep-registered.ts";
import { type EndInSight, endInSight } from "./credential-end.ts";
import type { CredentialReport } from "./credential-report.ts";
import { type Rotation, rotateCredential } from "./rotate-credential.ts";
import { isDue } from "./token-rules.ts";

/** A credential that isn't due costs no request. */
export async function lookAfterCredential(swept: Swept, serving: Serving): Promise<CostedReport> {
  const credential = swept.opened?.credential ?? describe(swept, serving);
  if (!credential) {
    return swept.report;
  }
  const { now, owner } = serving.ports;
  const next = nextSteps(swept.report.cluster, owner);
  const rotation = await rotateIfDue(credential, { ...swept, next }, serving);
  const held = rotation?.result === "done" ? rotation.token : credential;
  const end = endInSight(held, rotation, { now: now(), next });
  const report = { ...swept.report, credential: reportOn(held, rotation, end) };
  return end?.urgent ? withFailure(report, { kind: "credential", ...end.trouble }) : report;
}

/** Of a record that couldn't be opened: because its credential has expired, perhaps. */
function describe({ record }: Swept, { ports }: Serving): StoredCredential | undefined {
  const kubeconfig = kubeconfigOf(record);
  try {
    return kubeconfig && ports.rotation.kubeconfigs.describe(kubeconfig);
  } catch (error) {
    if (error instanceof KubeconfigError) return undefined;
    throw error;
  }
}

function kubeconfigOf(record: ClusterRecord | undefined): SecretValue | undefined {
  return record?.kubeconfig instanceof KubeconfigError ? undefined : record?.kubeconfig;
}

async function rotateIfDue(
  token: StoredCredential,
  { record, opened, report, desired, next }: Swept & { readonly next: NextSteps },
  { ports, time }: Serving,
): Promise<Rotation | undefined> {
  const { cluster } = report;
  if (token.kind !== "service-account-token" || !isDue(token, { cluster, now: ports.now() })) {
    return undefined;
  }
  const kubeconfig = kubeconfigOf(record);
  if (!record || !kubeconfig || !opened || time.stop.aborted || isOutOfReach(report)) {
    return { result: "postponed" };
  }
  const { stop, abort } = time;
  const { schedulePeriodMs } = ports.rules;
  const held = { record, kubeconfig, token, tokens: opened.tokens, desired, next };
  return rotateCredential(held, ports.rotation, { stop, abort, schedulePeriodMs });
}

const outOfReach: ReadonlySet<FailureKind> = new Set([
  "unreachable",
  "tls",
  "timeout",
  "unauthorized",
  "aborted",
]);

/** Where the sweep, after all its patience, saw nothing of the cluster. */
function isOutOfReach({ namespaces, failures }: CostedReport): boolean {
  return namespaces.known === 0 && failures.some(({ kind }) => outOfReach.has(kind));
}

function reportOn(
  credential: StoredCredential,
  rotation: Rotation | undefined,
  end: EndInSight | undefined,
): CredentialReport {
  const { issuedAt, expiresAt } =
    credential.kind === "eks" ? { issuedAt: undefined, expiresAt: undefined } : credential;
  return {
    kind: credential.kind,
    issuedAt: issuedAt?.toISOString() ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    ...(rotation && { rotation: rotation.result }),
    ...(end && { trouble: end.trouble }),
  };
}
