/** Go all the way to a cluster with its record's credential: reach it, be let in, be allowed. */
import type { ClusterState } from "../clusters/record-state.ts";
import { observe } from "../refresh/observe/observe.ts";
import { asked } from "./asked.ts";
import { type Check, catalogue, skipped, untold } from "./catalogue.ts";
import type { FoundRecord } from "./check-record.ts";
import type { CheckResult } from "./check-report.ts";
import { checkRights } from "./check-rights.ts";
import { checkSecrets } from "./check-secrets.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { ExaminedCluster } from "./ports.ts";
import { judgeAccepted } from "./rules/judge-accepted.ts";
import { judgeClock } from "./rules/judge-clock.ts";
import { judgeLife } from "./rules/judge-life.ts";
import { judgeReach } from "./rules/judge-reach.ts";
import { hasPolicies, judgeVersion } from "./rules/judge-version.ts";

/** By group, so that a report can list them in its own order. */
export interface ServerFindings {
  readonly network: readonly CheckResult[];
  readonly credential: readonly CheckResult[];
  readonly rights: readonly CheckResult[];
  readonly secrets: CheckResult;
}

const { dns, tcp, tls, version, clock, accepted, life, wanted } = catalogue;

/** Closes the cluster that it is given. */
export async function checkServer(
  diagnosis: Diagnosis,
  { examined, state }: Pick<FoundRecord, "examined" | "state">,
): Promise<ServerFindings> {
  if ("blocker" in examined) {
    const { blocker } = examined;
    return {
      network: [dns, tcp, tls, version, clock].map((each) => skipped(each, blocker)),
      credential: [accepted, life].map((each) => skipped(each, blocker)),
      ...unknown(blocker),
    };
  }
  await using cluster = examined;
  const { reach, obstacle } = diagnosis.isLeftAlone ? leave(diagnosis) : await reachOut(cluster);
  if (obstacle) {
    return {
      network: [...reach, ...[version, clock].map((each) => skipped(each, obstacle))],
      credential: [skipped(accepted, obstacle), lifeOf(cluster, { state, diagnosis })],
      ...unknown(obstacle),
    };
  }
  const { network, ...findings } = await talk(cluster, { state, diagnosis });
  return { ...findings, network: [...reach, ...network] };
}

interface Reach {
  readonly reach: readonly CheckResult[];
  /** Why the server isn't talked to. */
  readonly obstacle: Check | undefined;
}

async function reachOut(cluster: ExaminedCluster): Promise<Reach> {
  const reach = judgeReach(await asked(cluster.reach()));
  return { reach, obstacle: reach.find(({ result }) => result === "failed") };
}

function leave({ next }: Diagnosis): Reach {
  const { reached } = catalogue;
  const left = untold(reached, "localClusters leaves it to a runner inside its network");
  const hint = `from a place that reaches it: ${next.check}`;
  const waiting = [dns, tcp, tls].map((each) => skipped(each, reached));
  return { reach: [{ ...left, hint }, ...waiting], obstacle: reached };
}

interface Circumstances {
  readonly state: ClusterState | undefined;
  readonly diagnosis: Diagnosis;
}

/** With a server that is there, whoever it may be. */
async function talk(cluster: ExaminedCluster, about: Circumstances): Promise<ServerFindings> {
  const { desired, owner } = about.diagnosis;
  const { network, welcome, blocker, serverHasPolicies } = await greet(cluster, about.diagnosis);
  if (blocker) {
    return { network, credential: [welcome, lifeOf(cluster, about)], ...unknown(blocker) };
  }
  const credential = [welcome, lifeOf(cluster, about, await mayRenewItself(cluster))];
  if (desired.length === 0) {
    return { network, credential, ...unknown(wanted) };
  }
  const observed = await asked(observe(cluster.api, desired, owner));
  return {
    network,
    credential,
    rights: await checkRights(cluster, observed, { ...about, serverHasPolicies }),
    secrets: checkSecrets(observed, about.diagnosis),
  };
}

/** `blocker`: why there is nothing more to talk about. */
async function greet({ answers, credential }: ExaminedCluster, { next, now }: Diagnosis) {
  const before = now();
  const [user, answered, server] = await Promise.all([
    asked(answers.whoAmI()),
    asked(answers.version()),
    asked(answers.serverTime()),
  ]);
  const judged = judgeVersion(answered, next);
  const network = [judged, judgeClock({ server, before, after: now() })];
  const serverHasPolicies = hasPolicies(answered);
  if (judged.result === "failed" && user.error && user.error.kind !== "unauthorized") {
    // It is no API server that speaks: the credential has nothing to do with it.
    return { network, serverHasPolicies, welcome: skipped(accepted, version), blocker: version };
  }
  const welcome = judgeAccepted(user, credential, next);
  const blocker = welcome.result === "failed" ? accepted : undefined;
  return { network, serverHasPolicies, welcome, blocker };
}

function unknown(blocker: Check): Pick<ServerFindings, "rights" | "secrets"> {
  const { needed, refused, policy, secrets } = catalogue;
  return {
    rights: [needed, refused, policy].map((each) => skipped(each, blocker)),
    secrets: skipped(secrets, blocker),
  };
}

function lifeOf(
  { credential }: ExaminedCluster,
  { state, diagnosis: { next, now } }: Circumstances,
  renewsItself?: boolean,
): CheckResult {
  const rotationFailingSince = state?.rotationFailingSince;
  return judgeLife({ credential, renewsItself, rotationFailingSince, now: now() }, next);
}

/** Undefined: can't be told, or there is nothing to renew. */
async function mayRenewItself({
  credential,
  answers,
}: ExaminedCluster): Promise<boolean | undefined> {
  if (credential.kind !== "service-account-token") {
    return undefined;
  }
  const { namespace, name } = credential;
  const question = { verb: "create", group: "", resource: "serviceaccounts", subresource: "token" };
  return (await asked(answers.canI({ ...question, namespace, name }))).answer;
}
