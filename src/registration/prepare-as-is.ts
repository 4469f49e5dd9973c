/** From a kubeconfig that somebody brings to a plan: tried before it is stored, and nothing made. */
import type { StoredCredential } from "../clusters/stored-credential.ts";
import { attemptsOf } from "../rights/attempts.ts";
import { computeRights } from "../rights/compute-rights.ts";
import { type Proof, proveRights } from "../rights/prove-rights.ts";
import type { Rights } from "../rights/rights.ts";
import { formatTime } from "../times.ts";
import { beyond, lacking } from "./access/as-is-access.ts";
import { existingOf } from "./access/prove-access.ts";
import type { InspectPorts } from "./inspect.ts";
import { inspectRecord } from "./inspect-record.ts";
import { namespacesSeen } from "./namespaces-seen.ts";
import type { Narrator } from "./narrator.ts";
import type { RegistrationPlan } from "./plan-registration.ts";
import { leftBehind, unverifiedIf } from "./plan-warnings.ts";
import { type Problem, RegistrationRefused } from "./problems.ts";
import { type RegistrationWish, rightsWish } from "./registration-wish.ts";

export interface AsIsPorts extends InspectPorts {
  readonly narrator: Narrator;
}

export interface Brought {
  readonly credential: StoredCredential;
  /** The person knows that it may more than it needs. */
  readonly acceptWider: boolean;
}

/** @throws RegistrationRefused, ClusterError, StoreError */
export async function prepareAsIs(
  wish: RegistrationWish,
  brought: Brought,
  ports: AsIsPorts,
): Promise<RegistrationPlan> {
  return ports.narrator.look("Try the kubeconfig that you brought", async (retitle) => {
    const proofs = wish.access.judgeDeployed ? [] : await tryOut(wish, ports);
    const record = await inspectRecord({ ...wish, replace: true }, ports);
    const problems = [
      ...(record && !wish.replace ? [registered(wish)] : []),
      ...missing(wish, lacking(proofs)),
      ...(brought.acceptWider ? [] : tooWide(wish, beyond(proofs))),
    ];
    if (problems.length > 0) {
      throw new RegistrationRefused(problems);
    }
    retitle("Tried the kubeconfig that you brought");
    return {
      wish: { ...wish, access: { ...wish.access, proven: proofs } },
      server: ports.kubeconfigs.server,
      rights: grantedBy(wish, beyond(proofs)),
      objects: [],
      record: record ? { action: "replace", record, dead: undefined } : { action: "create" },
      warnings: [
        ...unverifiedIf(!ports.kubeconfigs.verified, wish.cluster),
        ...accepted(beyond(proofs)),
        ...(await unrenewed(brought.credential, ports)),
        ...leftBehind(wish.cluster, record, brought.credential),
      ],
    };
  });
}

/** Of a wider credential, what is needed isn't what it may. */
function grantedBy(wish: RegistrationWish, wider: readonly string[]): Rights {
  const rights = computeRights(rightsWish(wish));
  return wider.length === 0 ? rights : { ...rights, summary: [] };
}

async function tryOut(wish: RegistrationWish, ports: AsIsPorts): Promise<readonly Proof[]> {
  const { kubeconfigs, admin } = ports;
  const { kubeconfig } = await wish.access.issue(ports, undefined);
  const { rights: api, cluster } = kubeconfigs.connect(kubeconfig);
  const [namespaces, existing] = await Promise.all([
    namespacesSeen(admin),
    existingOf(wish, cluster),
  ]);
  const asked = rightsWish(wish);
  const rights = computeRights(asked);
  return proveRights({ rights, attempts: attemptsOf(asked, namespaces, existing) }, api);
}

function registered({ cluster }: RegistrationWish): Problem {
  return {
    message: `${cluster} is registered already`,
    hint: "add --replace to store this kubeconfig instead",
  };
}

function missing(
  { cluster, owner }: RegistrationWish,
  what: readonly string[],
): readonly Problem[] {
  return what.length === 0
    ? []
    : [
        {
          message: ["the kubeconfig that you brought may not", ...some(what)].join("\n"),
          hint: `leave --as-is out, with an administrator's context; or grant it, by the rules that this shows: ecr-pull-secrets register ${cluster} --stage ${owner.stage} --print-manifests`,
        },
      ];
}

function tooWide({ cluster }: RegistrationWish, what: readonly string[]): Problem[] {
  if (what.length === 0) {
    return [];
  }
  const title = `whoever steals the record of ${cluster} could also`;
  const hint = "bring a credential with fewer rights; or accept it: --accept-wider-rights";
  return [{ message: [title, ...some(what)].join("\n"), hint }];
}

function accepted(what: readonly string[]): Problem[] {
  const title = "accepted, though whoever steals it can also";
  return what.length === 0 ? [] : [{ message: [title, ...some(what)].join("\n") }];
}

const maxNamed = 8;

function some(what: readonly string[]): readonly string[] {
  const left = what.length - maxNamed;
  return left > 1 ? [...what.slice(0, maxNamed), `and ${left} more`] : what;
}

/** What ends, and doesn't renew itself. */
async function unrenewed(
  credential: StoredCredential,
  { admin }: AsIsPorts,
): Promise<readonly Problem[]> {
  if (credential.kind === "eks" || credential.expiresAt === undefined) {
    return [];
  }
  if (credential.kind === "service-account-token") {
    const { namespace, name } = credential;
    const token = { group: "", resource: "serviceaccounts", subresource: "token" };
    if (await admin.canI({ verb: "create", ...token, namespace, name })) {
      return [];
    }
  }
  const until = formatTime(credential.expiresAt);
  return [
    {
      message: `it expires at ${until}, and nothing renews it: from then on nothing is refreshed`,
      hint: "bring the next one before: the same command with --replace",
    },
  ];
}
