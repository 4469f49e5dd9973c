/** The way to a cluster, and what the deployed function is given to go it: one kind of three. */
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import type { AccessKind } from "../../registration/access/access-kind.ts";
import { asIsAccess } from "../../registration/access/as-is-access.ts";
import type { Narrator } from "../../registration/narrator.ts";
import type { ClusterFacts } from "../../registration/prepare-registration.ts";
import type { DeployedFunction } from "../../stack/deployed-stack.ts";
import type { AdminCluster } from "../../wiring/registration.ts";
import type { CliRun } from "../context.ts";
import type { StageContext } from "../stage/open-stage.ts";
import { judgeCheck, withWiderRights } from "./judge-check.ts";
import { openCluster, trustedOptions } from "./open-cluster.ts";
import { openEks } from "./open-eks.ts";
import type { RegisterOptions } from "./register-options.ts";
import type { RegisterRequest } from "./register-request.ts";

export interface Way {
  readonly cluster: AdminCluster;
  /** Undefined: as the wish has it, a ServiceAccount. */
  readonly access?: AccessKind;
  /** Of a kubeconfig that is stored as it is. */
  readonly brought?: StoredCredential;
  /** Where only the deployed function could ask. */
  readonly facts?: ClusterFacts;
}

export interface WaySources {
  /** Undefined: not found, which is told already. */
  readonly stage: StageContext | undefined;
  readonly deployed: DeployedFunction | undefined;
  readonly narrator: Narrator;
}

/** Undefined: it takes what isn't there. @throws UserError, KubeconfigError, AwsError */
export async function openWay(
  request: RegisterRequest,
  { stage, deployed, narrator }: WaySources,
  options: RegisterOptions,
  run: CliRun,
): Promise<Way | undefined> {
  const { cluster, eks, asIs } = request;
  if (eks === undefined && asIs === undefined) {
    return { cluster: await openCluster(options, run) };
  }
  if (stage === undefined) {
    return undefined;
  }
  if (eks !== undefined) {
    return deployed && openEks(eks, { cluster, stage, deployed, narrator }, options, run);
  }
  return await openAsIs(cluster, stage, options, run);
}

async function openAsIs(
  name: string,
  { config, owner, region, profile }: StageContext,
  options: RegisterOptions,
  run: CliRun,
): Promise<Way> {
  const { openAsIsCluster } = await import("../../wiring/as-is-cluster.ts");
  const insecureTlsAllowed = config.allowInsecureTls.includes(name);
  const { now } = run.context;
  const { kubeconfig, credential, cluster } = await openAsIsCluster({
    ...run.interrupt,
    now,
    lookup: trustedOptions(options, run),
    record: { cluster: name, insecureTlsAllowed, region, profile },
  });
  const isSigned = credential.kind === "eks";
  const waived = options.acceptWiderRights ? withWiderRights : [];
  const judgeDeployed = isSigned
    ? (answer: unknown) => judgeCheck(name, answer, { owner, waived })
    : undefined;
  const access = asIsAccess({ kubeconfig, credential, now: now(), judgeDeployed });
  return { cluster, access, brought: credential, ...(isSigned && { facts: unknownFacts }) };
}

/** Whoever registers it needn't be let in. */
const unknownFacts: ClusterFacts = {
  version: { gitVersion: "", major: 0, minor: 0 },
  user: undefined,
  servesPolicies: true,
};
