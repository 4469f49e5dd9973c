/** What somebody asks for instead of a ServiceAccount: EKS, or a kubeconfig of their making. */
import { UsageError } from "../../errors.ts";
import type { RegisterOptions } from "./register-options.ts";

export interface EksRequest {
  readonly name: string;
  /** Undefined: the stage's. */
  readonly region: string | undefined;
  readonly roleMapped: boolean;
}

export interface AsIsRequest {
  readonly acceptWider: boolean;
}

const notAsIs = {
  ...{ eks: "--eks", tokenLifetime: "--token-lifetime", renew: "--renew", server: "--server" },
  ...{ certificateAuthority: "--certificate-authority", namespace: "--namespace" },
  ...{ withoutPolicy: "--without-policy", printManifests: "--print-manifests" },
} as const satisfies Partial<Record<keyof RegisterOptions, string>>;

/** @throws UsageError */
export function asIsRequest(options: RegisterOptions): AsIsRequest | undefined {
  const { asIs, acceptWiderRights = false } = options;
  if (!asIs) {
    if (acceptWiderRights) {
      throw new UsageError("--accept-wider-rights is about a kubeconfig of your making", {
        hint: "add --as-is to store it",
      });
    }
    return undefined;
  }
  refuseWith("--as-is", options, notAsIs, "the kubeconfig is stored as it is: leave it out");
  return { acceptWider: acceptWiderRights };
}

const notForAll = {
  ...{ context: "--context", server: "--server", certificateAuthority: "--certificate-authority" },
  ...{ eks: "--eks", asIs: "--as-is", namespace: "--namespace", replace: "--replace" },
  ...{ tokenLifetime: "--token-lifetime", kmsKeyId: "--kms-key-id" },
  printManifests: "--print-manifests",
} as const satisfies Partial<Record<keyof RegisterOptions, string>>;

/** @throws UsageError */
export function requireAllAlone(cluster: string | undefined, options: RegisterOptions): void {
  if (!options.all) {
    throw new UsageError("which cluster?", {
      hint: "name it: register <cluster>; or all that are registered: register --all",
    });
  }
  if (cluster !== undefined) {
    throw new UsageError("--all and the name of one cluster say different things", {
      hint: "leave one of them out",
    });
  }
  refuseWith("--all", options, notForAll, "each cluster keeps what its record says: leave it out");
}

function refuseWith(
  main: string,
  options: RegisterOptions,
  flags: Partial<Record<keyof RegisterOptions, string>>,
  hint: string,
): void {
  const names = Object.keys(flags) as (keyof RegisterOptions)[];
  const found = names.find((name) => options[name] !== undefined);
  if (found !== undefined) {
    throw new UsageError(`${flags[found]} says nothing with ${main}`, { hint });
  }
}

const notForEks = {
  server: "--server",
  certificateAuthority: "--certificate-authority",
  tokenLifetime: "--token-lifetime",
  renew: "--renew",
  // The role is a member of one group, whoever registered it: two policies would each refuse what
  // the other lets through.
  namespace: "--namespace",
} as const satisfies Partial<Record<keyof RegisterOptions, string>>;

/** @throws UsageError */
export function eksRequest(options: RegisterOptions): EksRequest | undefined {
  const { eks, eksRegion, roleMapped = false } = options;
  if (eks === undefined) {
    if (eksRegion !== undefined || roleMapped) {
      throw new UsageError("--eks-region and --role-mapped are about a cluster of EKS", {
        hint: "name it: --eks <name>",
      });
    }
    return undefined;
  }
  const hint = "EKS tells where it is, and neither an account nor a token is made: leave it out";
  refuseWith("--eks", options, notForEks, hint);
  return { name: eks, region: eksRegion, roleMapped };
}
