/** The commands that hints name. */
import type { Owner } from "../refresh/desired.ts";
import { defaultNamespace } from "../rights/names.ts";

export type NextSteps = ReturnType<typeof nextSteps>;

/**
 * @param cluster a name that a cluster can have: it ends up in somebody's shell
 * @param namespace of the account that it is registered with, as far as that is known
 */
export function nextSteps(
  cluster: string,
  { stage }: Pick<Owner, "stage">,
  namespace = defaultNamespace,
) {
  const place = namespace === defaultNamespace ? "" : ` --namespace ${namespace}`;
  const command = (name: string, more = "") =>
    `ecr-pull-secrets ${name} ${cluster}${more} --stage ${stage}`;
  const register = (more = "") => command("register", ` --context <context>${place}${more}`);
  return {
    register: register(),
    /** A new credential, the same rights. */
    renew: register(" --renew"),
    replace: register(" --replace"),
    unregister: command("unregister"),
    plan: command("plan"),
    refresh: command("refresh"),
  };
}
