/** The options of `register`. */
import type { Command } from "commander";
import { defaultLifetime } from "../../registration/access/token-lifetime.ts";
import { defaultNamespace } from "../../rights/names.ts";
import { addOutputOption } from "../local/target-options.ts";
import { addStageOptions, type StageOptions } from "../stage/stage-options.ts";

export interface RegisterOptions extends StageOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly asIs?: boolean;
  readonly acceptWiderRights?: boolean;
  readonly eks?: string;
  readonly eksRegion?: string;
  readonly roleMapped?: boolean;
  readonly namespace?: string;
  readonly server?: string;
  readonly certificateAuthority?: string;
  readonly tokenLifetime?: string;
  readonly kmsKeyId?: string;
  readonly replace?: boolean;
  readonly renew?: boolean;
  readonly all?: boolean;
  readonly recheck?: boolean;
  readonly withoutPolicy?: boolean;
  readonly printManifests?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly output: "text" | "json";
}

export function addRegisterOptions(command: Command): Command {
  const withCluster = command
    .argument("[cluster]", "its name, as the config's `clusters` say it")
    .optionsGroup("Which cluster:")
    .option("--context <name>", "a context of your kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
    .option("--server <url>", "the address that Lambda needs, if another")
    .option("--certificate-authority <file>", "the CA of that address, as PEM")
    .optionsGroup("Of an EKS cluster:")
    .option("--eks <name>", "its name: the function's role is let in, and no token is stored")
    .option("--eks-region <region>", "where it is (default: the stage's region)")
    .option("--role-mapped", "the role is in aws-auth already, for want of access entries")
    .optionsGroup("With a kubeconfig of your making:")
    .option("--as-is", "store the context's kubeconfig itself, and make nothing in the cluster")
    .option("--accept-wider-rights", "also if it may more than the config needs")
    .optionsGroup("What it gets:")
    .option("--namespace <name>", `of its account (default: ${defaultNamespace})`)
    .option("--token-lifetime <time>", `to ask for, such as 48h (default: ${defaultLifetime})`)
    .option("--kms-key-id <key>", "to store with (default: the config's, then AWS's own)")
    .option("--replace", "if registered: new credential and address")
    .option("--renew", "if registered: new credential, nothing else")
    .optionsGroup("Instead of one cluster:")
    .option("--all", "the rights of all registered clusters, by the contexts that lead there")
    .option("--recheck", "with --all: also where the records say that nothing has changed")
    .option("--without-policy", "go without the admission policy");
  return addOutputOption(
    addStageOptions(withCluster)
      .optionsGroup("Asking:")
      .option("--dry-run", "show the plan, change nothing")
      .option("--print-manifests", "print the rights as YAML, change nothing")
      .option("-y, --yes", "don't ask"),
  );
}
