/** The options of `unregister`, and the request that they make. */
import type { Command } from "commander";
import { isClusterName } from "../../clusters/record-name.ts";
import { UsageError } from "../../errors.ts";
import { addOutputOption } from "../local/target-options.ts";
import { addStageOptions, type StageOptions } from "../stage/stage-options.ts";

export interface UnregisterOptions extends StageOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly server?: string;
  readonly clusterGone?: boolean;
  readonly keepSecrets?: boolean;
  readonly leftovers?: boolean;
  readonly recoveryDays: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly output: "text" | "json";
}

export function addUnregisterOptions(command: Command): Command {
  const withCluster = command
    .argument("<cluster>", "the name that it is registered by")
    .optionsGroup("Which cluster:")
    .option(
      "--context <name>",
      "a context of your kubeconfig (default: the current one; of EKS: your AWS credentials)",
    )
    .option("--kubeconfig <file>", "the kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
    .option("--server <url>", "the address in the record, if your context has another for it")
    .option("--cluster-gone", "there is no such cluster any more: remove only the record")
    .optionsGroup("What goes:")
    .option("--keep-secrets", "leave pull secrets, and service accounts linked to them")
    .option("--leftovers", "remove pull secrets also where nothing names the cluster")
    .option("--recovery-days <days>", "how long the record can be restored, 7 to 30", "30");
  return addOutputOption(
    addStageOptions(withCluster)
      .optionsGroup("Asking:")
      .option("--dry-run", "show the plan, change nothing")
      .option("-y, --yes", "don't ask"),
  );
}

/** A removal as asked for, as far as it can be checked without asking anybody. */
export interface UnregisterRequest {
  readonly cluster: string;
  readonly clusterGone: boolean;
  readonly keepSecrets: boolean;
  readonly leftovers: boolean;
  readonly recoveryDays: number;
  readonly server: URL | undefined;
}

/** @throws UsageError */
export function unregisterRequest(cluster: string, options: UnregisterOptions): UnregisterRequest {
  const { clusterGone = false, keepSecrets = false, leftovers = false } = options;
  if (!isClusterName(cluster)) {
    throw new UsageError("this isn't a name for a cluster", {
      hint: "ecr-pull-secrets list shows those that are registered",
    });
  }
  const lookedAt = namedFlags(options);
  if (clusterGone && lookedAt.length > 0) {
    throw new UsageError(`--cluster-gone and ${lookedAt.join(", ")} say different things`, {
      hint: "a cluster that is there is cleaned up; of one that is gone, only the record is left",
    });
  }
  return {
    cluster,
    clusterGone,
    keepSecrets,
    leftovers,
    recoveryDays: daysOf(options.recoveryDays),
    server: options.server === undefined ? undefined : serverOf(options.server),
  };
}

function namedFlags(options: UnregisterOptions): readonly string[] {
  const flags = {
    context: "--context",
    kubeconfig: "--kubeconfig",
    server: "--server",
    keepSecrets: "--keep-secrets",
    leftovers: "--leftovers",
  } as const;
  return Object.entries(flags).flatMap(([name, flag]) =>
    options[name as keyof typeof flags] === undefined ? [] : [flag],
  );
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
function daysOf(text: string): number {
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (days < 7 || days > 30) {
    throw new UsageError("--recovery-days isn't a number from 7 to 30", {
      hint: "AWS Secrets Manager keeps what is deleted for that long: --recovery-days 30",
    });
  }
  return days;
}

function serverOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError("--server isn't the address of an API server", {
      hint: "as in --server https://prod-eu.example.com:6443",
    });
  }
  return url;
}
