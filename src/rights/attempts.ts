/**
 * What only a real request can show: that the admission policy refuses what RBAC lets through. Each
 * is made as a dry run, where nothing else stands in its way: an object that isn't there answers 404
 * and one that is there with another type 422, and neither judges a right. Pure.
 */
import type { NamespaceState } from "../refresh/ports.ts";
import type { LabelledAttempt } from "./access.ts";
import {
  type Excess,
  foreignAnnotation,
  foreignKey,
  tokenSecret,
  wantedSecret,
} from "./attempt-objects.ts";
import { type Candidates, candidatesOf, type Existing } from "./candidates.ts";
import { demandOf, type SecretDemand } from "./demand.ts";
import { systemNamespace } from "./forbidden.ts";
import type { RightsWish } from "./rights.ts";
import { annotatedPods, otherImage } from "./workload-attempts.ts";

/**
 * @param namespaces undefined: nobody may list them; then only what exists shows where to try
 * @param existing all secrets, accounts and workloads of the config's names, whoever made them
 */
export function attemptsOf(
  wish: RightsWish,
  namespaces: readonly NamespaceState[] | undefined,
  existing: Existing = { secrets: [], accounts: [] },
): readonly LabelledAttempt[] {
  const demand = demandOf(wish.desired);
  const candidates = candidatesOf(demand, namespaces, existing);
  // One secret stands for all: they share the policy, and each attempt costs a request.
  const attempts = [
    first(demand.secrets, (secret) => systemToken(secret, candidates)),
    first(demand.secrets, (secret) => token(secret, candidates)),
    first(demand.secrets, (secret) => elsewhere(secret, wish, candidates)),
    first(demand.secrets, (secret) => exceeded(secret, wish, candidates, "annotation")),
    first(demand.secrets, (secret) => exceeded(secret, wish, candidates, "key")),
    first(demand.secrets, (secret) => annotatedAccount(secret, candidates)),
    first(demand.secrets, (secret) => otherImage(candidates.restarted(secret))),
    first(demand.secrets, (secret) => annotatedPods(candidates.restarted(secret))),
  ];
  return attempts.filter((attempt) => attempt !== undefined);
}

type Maybe = LabelledAttempt | undefined;

/** The known way from a secret of one name to the whole cluster. */
function systemToken(secret: SecretDemand, candidates: Candidates): Maybe {
  if (!candidates.isFree(secret, systemNamespace)) return undefined;
  return {
    what: `make secret ${systemNamespace}/${secret.name} hold another account's token`,
    // May extend ClusterRoles, and so whoever holds its token may do anything.
    attempt: tokenSecret(secret, systemNamespace, "clusterrole-aggregation-controller"),
    needsPolicy: candidates.isGranted(secret, systemNamespace),
  };
}

function token(secret: SecretDemand, { selected, isFree }: Candidates): Maybe {
  const others = selected(secret).filter((each) => each !== systemNamespace);
  const namespace = others.find((each) => isFree(secret, each));
  if (namespace === undefined) return undefined;
  return {
    what: `make secret ${namespace}/${secret.name} hold another account's token`,
    attempt: tokenSecret(secret, namespace, "default"),
    needsPolicy: true,
  };
}

function elsewhere(secret: SecretDemand, wish: RightsWish, candidates: Candidates): Maybe {
  const namespace = candidates.unselected(secret).find((each) => candidates.isFree(secret, each));
  if (namespace === undefined) return undefined;
  return {
    what: `write secret ${namespace}/${secret.name}, which the config doesn't want there`,
    attempt: wantedSecret(candidates.formIn(secret, namespace), namespace, wish.owner),
    needsPolicy: candidates.isGranted(secret, namespace),
  };
}

/** As it is wanted, but for one thing. Only where pods read it whole is a key too much. */
function exceeded(
  secret: SecretDemand,
  wish: RightsWish,
  { selected, isFree, existing, formIn }: Candidates,
  excess: Excess,
): Maybe {
  const { name } = secret;
  const namespaces = selected(secret).filter(
    (each) => excess === "annotation" || formIn(secret, each).content !== undefined,
  );
  const free = namespaces.find((each) => isFree(secret, each));
  const held = existing.secrets.find(
    (each) => each.name === name && namespaces.includes(each.namespace),
  );
  const namespace = free ?? held?.namespace;
  if (namespace === undefined) return undefined;
  const changed = {
    annotation: foreignAnnotation("Secret", namespace, name),
    key: foreignKey(namespace, name),
  };
  return {
    what: `add a foreign ${excess} to secret ${namespace}/${name}`,
    attempt:
      free === undefined
        ? changed[excess]
        : wantedSecret(formIn(secret, free), free, wish.owner, excess),
    needsPolicy: true,
  };
}

function annotatedAccount(secret: SecretDemand, { linked }: Candidates): Maybe {
  const account = linked(secret);
  return (
    account && {
      what: `add a foreign annotation to service account ${account.namespace}/${account.name}`,
      attempt: foreignAnnotation("ServiceAccount", account.namespace, account.name),
      needsPolicy: true,
    }
  );
}

function first(secrets: readonly SecretDemand[], make: (secret: SecretDemand) => Maybe): Maybe {
  for (const secret of secrets) {
    const attempt = make(secret);
    if (attempt) return attempt;
  }
  return undefined;
}
