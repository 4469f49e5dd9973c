/** The commands that hints name. */
import type { Owner } from "../refresh/desired.ts";
import { defaultNamespace } from "../rights/names.ts";

export type NextSteps = ReturnType<typeof nextSteps>;

export interface Whereabouts {
  /** Of the account that it is registered with, as far as that is known. */
  readonly namespace?: string | undefined;
  /** Left to a runner inside its network: only from there it is reached. */
  readonly isLocal?: boolean;
}

/** @param cluster a name that a cluster can have: it ends up in somebody's shell */
export function nextSteps(
  cluster: string,
  { stage }: Pick<Owner, "stage">,
  { namespace = defaultNamespace, isLocal = false }: Whereabouts = {},
) {
  const place = namespace === defaultNamespace ? "" : ` --namespace ${namespace}`;
  const command = (name: string, more = "") =>
    `ecr-pull-secrets ${name} ${cluster}${more} --stage ${stage}`;
  const register = (more = "") => command("register", ` --context <context>${place}${more}`);
  const from = isLocal ? " --local" : "";
  return {
    register: register(),
    /** A new credential, the same rights. */
    renew: register(" --renew"),
    replace: register(" --replace"),
    unregister: command("unregister"),
    plan: command("plan", from),
    refresh: command("refresh", from),
    check: command("check", from),
    /** Who sweeps it without being asked. */
    sweeper: isLocal ? "its runner" : "the schedule",
  };
}
