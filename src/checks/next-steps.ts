/** The commands that hints name. */
import type { Owner } from "../refresh/desired.ts";

export type NextSteps = ReturnType<typeof nextSteps>;

/** @param cluster a name that a cluster can have: it ends up in somebody's shell */
export function nextSteps(cluster: string, { stage }: Pick<Owner, "stage">) {
  const command = (name: string, more = "") =>
    `ecr-pull-secrets ${name} ${cluster}${more} --stage ${stage}`;
  return {
    register: command("register", " --context <context>"),
    /** A new credential, the same rights. */
    renew: command("register", " --context <context> --renew"),
    replace: command("register", " --context <context> --replace"),
    unregister: command("unregister"),
    plan: command("plan"),
    refresh: command("refresh"),
  };
}
