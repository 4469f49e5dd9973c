/** An administrator's way to the cluster: a context of their kubeconfig. */
import type { Narrator } from "../../registration/narrator.ts";
import { type ClusterFacts, meetCluster } from "../../registration/prepare-registration.ts";
import type { AdminCluster } from "../../wiring/registration.ts";
import type { CliRun } from "../context.ts";
import type { RegisterOptions } from "./register-options.ts";

/** Which cluster, and where its API server is to be found. */
export type ClusterOptions = Pick<
  RegisterOptions,
  "context" | "kubeconfig" | "server" | "certificateAuthority"
>;

/** What finds a person's kubeconfig, and runs the plugins that it names. */
export function trustedOptions(
  { kubeconfig, context }: Pick<ClusterOptions, "kubeconfig" | "context">,
  { context: { settings, terminal, now } }: CliRun,
) {
  return {
    kubeconfig,
    context,
    env: settings.environment,
    home: settings.home,
    now,
    terminal: terminal.interactive ? terminal.stderr : undefined,
  };
}

/** @throws KubeconfigError, UserError */
export async function openCluster(options: ClusterOptions, run: CliRun): Promise<AdminCluster> {
  // Loaded when needed: with the transport, `--help` would take twice as long.
  const { openAdminCluster } = await import("../../wiring/registration.ts");
  return await openAdminCluster({
    server: options.server,
    certificateAuthority: options.certificateAuthority,
    kubeconfig: trustedOptions(options, run),
    ...run.interrupt,
  });
}

/** @throws ClusterError */
export function meet(
  { admin, context, server }: AdminCluster,
  { look }: Narrator,
): Promise<ClusterFacts> {
  return look(`Connect to ${context} (${server})`, async (retitle) => {
    const facts = await meetCluster(admin);
    retitle(`Connected to ${context} (${server}), ${facts.version.gitVersion}`);
    return facts;
  });
}
