/** `--eks`: where the cluster is, who is let in, and an administrator's way to it. */
import type { EksApi, EksCluster } from "../../eks/eks-api.ts";
import { UserError } from "../../errors.ts";
import type { AccessKind } from "../../registration/access/access-kind.ts";
import { eksAccess, needsMapping, takesEntries } from "../../registration/access/eks-access.ts";
import type { Narrator } from "../../registration/narrator.ts";
import type { DeployedFunction } from "../../stack/deployed-stack.ts";
import type { AdminCluster } from "../../wiring/registration.ts";
import type { CliRun } from "../context.ts";
import type { StageContext } from "../stage/open-stage.ts";
import { judgeCheck, withoutPolicy } from "./judge-check.ts";
import { trustedOptions } from "./open-cluster.ts";
import type { EksRequest } from "./other-access.ts";
import type { RegisterOptions } from "./register-options.ts";

export interface OpenedEks {
  readonly access: AccessKind;
  readonly cluster: AdminCluster;
}

export interface EksSources {
  /** The name that it is registered by. */
  readonly cluster: string;
  readonly stage: StageContext;
  readonly deployed: DeployedFunction;
  readonly narrator: Narrator;
}

/** @throws UserError, KubeconfigError, AwsError */
export async function openEks(
  { name, region: asked, roleMapped }: EksRequest,
  sources: EksSources,
  options: RegisterOptions,
  run: CliRun,
): Promise<OpenedEks> {
  const { stage, deployed, cluster, narrator } = sources;
  const region = asked ?? stage.region;
  const { wireEks } = await import("../../wiring/removal.ts");
  const { openEksCluster } = await import("../../wiring/eks-cluster.ts");
  const api = wireEks(region, stage.profile);
  const principalArn = deployed.roleArn;
  const found = await narrator.look(`Look for the EKS cluster ${name}`, async (retitle) => {
    const described = await findCluster(api, name, region);
    retitle(`EKS cluster ${name} in ${region}, Kubernetes ${described.version}`);
    if (takesEntries(described)) {
      return { described, entry: await api.findAccessEntry(name, principalArn) };
    }
    if (!roleMapped) {
      const { message, hint } = needsMapping({ cluster: described, region, principalArn });
      throw new UserError(message, hint === undefined ? {} : { hint });
    }
    return { described, entry: undefined };
  });
  const judged = { owner: stage.owner, waived: options.withoutPolicy ? withoutPolicy : [] };
  const judgeDeployed = (answer: unknown) => judgeCheck(cluster, answer, judged);
  const place = { cluster: found.described, region, principalArn, entry: found.entry };
  const access = eksAccess({ ...place, owner: stage.owner, judgeDeployed }, api);
  const isNamed = options.context !== undefined || options.kubeconfig !== undefined;
  const opened = await openEksCluster({
    ...run.interrupt,
    now: run.context.now,
    eks: found.described,
    region,
    profile: stage.profile,
    kubeconfig: isNamed ? trustedOptions(options, run) : undefined,
  });
  return { access, cluster: opened };
}

async function findCluster(
  api: Pick<EksApi, "describeCluster">,
  name: string,
  region: string,
): Promise<EksCluster> {
  const found = await api.describeCluster(name);
  if (found === undefined) {
    throw new UserError(`there is no EKS cluster ${name} in ${region}`, {
      hint: `aws eks list-clusters --region ${region} shows those that are; another region: --eks-region <region>`,
    });
  }
  return found;
}
