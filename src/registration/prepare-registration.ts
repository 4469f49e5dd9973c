/** From a wish to a plan that can be carried out; every obstacle is found before the first write. */
import { askAdminRights } from "./ask-admin-rights.ts";
import { type InspectPorts, inspect } from "./inspect.ts";
import type { Narrator } from "./narrator.ts";
import { planRegistration, type RegistrationPlan } from "./plan-registration.ts";
import type { AdminApi, ServerVersion } from "./ports.ts";
import { type Problem, RegistrationRefused } from "./problems.ts";
import type { RegistrationWish } from "./registration-wish.ts";

/** What an API server says of itself, and of who asks. */
export interface ClusterFacts {
  readonly version: ServerVersion;
  /** Undefined: it doesn't say. */
  readonly user: string | undefined;
  readonly servesPolicies: boolean;
}

/** @throws ClusterError */
export async function meetCluster(admin: AdminApi): Promise<ClusterFacts> {
  const [version, user, servesPolicies] = await Promise.all([
    admin.version(),
    admin.whoAmI(),
    admin.serves("admissionregistration.k8s.io/v1", "validatingadmissionpolicies"),
  ]);
  return { version, user, servesPolicies };
}

export interface PreparePorts extends InspectPorts {
  readonly narrator: Narrator;
}

/** @throws RegistrationRefused with all that stands in the way, ClusterError, StoreError */
export async function prepareRegistration(
  wish: RegistrationWish,
  facts: ClusterFacts,
  ports: PreparePorts,
): Promise<RegistrationPlan> {
  const lacking = wish.withPolicy && !facts.servesPolicies ? [noPolicies(facts)] : [];
  const possible = lacking.length > 0 ? { ...wish, withPolicy: false } : wish;
  return ports.narrator.look("Look at what is there", async (retitle) => {
    const inspection = await inspect(possible, ports);
    const planned = planRegistration(inspection, possible, ports.kubeconfigs);
    const problems = [
      ...lacking,
      ...("problems" in planned
        ? planned.problems
        : await askAdminRights(planned.plan, ports.admin, facts.user)),
    ];
    if (problems.length > 0 || "problems" in planned) {
      throw new RegistrationRefused(problems);
    }
    retitle(`Checked what is there, and that ${facts.user ?? "you"} may do what is missing`);
    return planned.plan;
  });
}

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
function noPolicies({ version }: ClusterFacts): Problem {
  return {
    message: `the API server (${version.gitVersion}) has no ValidatingAdmissionPolicy: RBAC alone can't keep who steals the stored credential from making a token secret, and with it from being anybody where it may write`,
    hint: "Kubernetes 1.30 and later have it; name the namespaces outright in the config, so that the damage ends there; or accept it: --without-policy",
  };
}
