/**
 * The diagnosis of one registered cluster: every check that can be made is made, and nothing is
 * written, in the cluster, its record or elsewhere.
 */
import { desiredPullSecrets } from "../refresh/desired.ts";
import { resolveVersions } from "../refresh/resolve-versions.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import type { ImageReference } from "../registries/image-reference.ts";
import { catalogue, skipped } from "./catalogue.ts";
import { checkImage } from "./check-image.ts";
import { checkRecord, type FoundRecord } from "./check-record.ts";
import { checkRegistries } from "./check-registries.ts";
import type { CheckReport, CheckResult } from "./check-report.ts";
import { checkGranted } from "./check-rights.ts";
import { checkServer } from "./check-server.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { nextSteps } from "./next-steps.ts";
import type { CheckPorts } from "./ports.ts";
import { judgeLastSweep } from "./rules/judge-sweep.ts";

export interface DiagnosisOptions {
  readonly abort: AbortSignal;
  /** Left to its runner: nobody goes there from here. */
  readonly isLeftAlone?: boolean | undefined;
  /** Which the cluster's registry is asked for; undefined: none. */
  readonly image?: ImageReference | undefined;
}

/** Undefined: no such cluster is registered. Only bugs throw. */
export async function diagnoseCluster(
  cluster: string,
  ports: CheckPorts,
  { abort, isLeftAlone = false, image }: DiagnosisOptions,
): Promise<CheckReport | undefined> {
  const { owner, now } = ports;
  const at = now().toISOString();
  const found = await checkRecord(cluster, ports, abort);
  if (!found) {
    return undefined;
  }
  const wanted = desiredPullSecrets(ports.pullSecrets, cluster, owner);
  // A runner has credentials of its own: none is asked for from here.
  const desired = isLeftAlone ? wanted : await resolveVersions(wanted, ports.credentials);
  const isLocal = ports.isLocal(cluster);
  const next = nextSteps(cluster, owner, { namespace: accountNamespace(found), isLocal });
  const diagnosis = { cluster, owner, desired, isLeftAlone, image, next, now };
  const checks = await checkFurther(diagnosis, { found, ports, abort });
  const outcome = checks.some(({ result }) => result === "failed") ? "failed" : "ok";
  return { cluster, owner: formatOwner(owner), at, outcome, checks };
}

function accountNamespace({ examined }: FoundRecord): string | undefined {
  const credential = "blocker" in examined ? undefined : examined.credential;
  return credential?.kind === "service-account-token" ? credential.namespace : undefined;
}

interface Circumstances {
  readonly found: FoundRecord;
  readonly ports: CheckPorts;
  readonly abort: AbortSignal;
}

async function checkFurther(
  diagnosis: Diagnosis,
  { found, ports, abort }: Circumstances,
): Promise<readonly CheckResult[]> {
  const [server, registries, image] = await Promise.all([
    checkServer(diagnosis, found),
    checkRegistries(diagnosis, ports.credentials),
    checkImage(diagnosis, ports, abort),
  ]);
  return [
    ...found.checks,
    ...server.network,
    ...server.credential,
    ...server.rights,
    checkGranted(diagnosis, found.state),
    ...registries,
    ...image,
    checkLastSweep(diagnosis, found.state),
    server.secrets,
  ];
}

function checkLastSweep(
  { desired, now, next }: Diagnosis,
  state: FoundRecord["state"],
): CheckResult {
  if (!state) {
    return skipped(catalogue.lastSweep, catalogue.record);
  }
  return desired.length === 0 && !state.failingSince
    ? skipped(catalogue.lastSweep, catalogue.wanted)
    : judgeLastSweep(state, now(), next);
}
