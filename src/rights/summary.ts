/** What the rights grant, a line each, for people who are about to agree to it. Pure. */
import type { Demand, Place } from "./demand.ts";
import { describeSelection } from "./describe-selection.ts";
import type { RightsWish } from "./rights.ts";

export function summaryOf(wish: RightsWish, demand: Demand): readonly string[] {
  const clusterWide = demand.scope === "cluster";
  const reach: Reach = ({ namespaces }) =>
    clusterWide && !wish.withPolicy ? everywhere : describeSelection(namespaces);
  return [
    ...(clusterWide ? ["namespaces: list"] : []),
    // No admission policy is ever asked about reading.
    ...(clusterWide && wish.withPolicy
      ? [
          ...secretLines(demand, () => everywhere, "list, get"),
          ...secretLines(demand, reach, "create, update"),
        ]
      : secretLines(demand, reach, "list, get, create, update")),
    ...deletionLines(demand, reach, wish.withPolicy),
    ...accountLines(demand, reach, wish.withPolicy),
    ...workloadLines(demand, reach, wish.withPolicy),
    ...(wish.subject.kind === "ServiceAccount" ? ["its own token: renew"] : []),
    ...(wish.withPolicy ? [] : [warning(clusterWide)]),
  ];
}

const everywhere = "all namespaces";

/** Where something is allowed. */
type Reach = (place: Place) => string;

function secretLines({ secrets }: Demand, reach: Reach, verbs: string): readonly string[] {
  return grouped(
    secrets.flatMap(({ name, places }) => places.map((place) => [reach(place), name] as const)),
  ).map(([where, names]) => `secrets named ${names}: ${verbs}; in ${where}`);
}

function deletionLines(demand: Demand, reach: Reach, withPolicy: boolean): readonly string[] {
  const secrets = demand.secrets.filter(({ prune }) => prune);
  if (!withPolicy || secrets.length === 0) {
    return secretLines({ ...demand, secrets }, reach, "delete");
  }
  const names = secrets.map(({ name }) => name).join(", ");
  return [`secrets named ${names}: delete those that this deployment made`];
}

function accountLines({ secrets }: Demand, reach: Reach, withPolicy: boolean): readonly string[] {
  const links = secrets.flatMap(({ name, places }) =>
    places
      .filter(({ accounts }) => accounts.length > 0)
      .map((place) => {
        const which = place.accounts === "all" ? "all" : `named ${place.accounts.join(", ")}`;
        return { name, which, where: reach(place) };
      }),
  );
  const line = (which: string, may: string, where: string) =>
    `service accounts ${which}: list, ${may}; in ${where}`.replace("accounts all", "accounts");
  return withPolicy
    ? grouped(links.map(({ name, which, where }) => [`${which}\n${where}`, name] as const)).map(
        ([place, names]) => {
          const [which = "", where = ""] = place.split("\n");
          return line(which, `add ${names} to imagePullSecrets`, where);
        },
      )
    : [...new Set(links.map(({ which, where }) => line(which, "change", where)))];
}

function workloadLines({ secrets }: Demand, reach: Reach, withPolicy: boolean): readonly string[] {
  const may = withPolicy ? "restart" : "change";
  const wanted = secrets.flatMap(({ places }) =>
    places.flatMap((place) =>
      (place.workloads ?? []).map(({ kind, name }) => [`${kind}s\n${reach(place)}`, name] as const),
    ),
  );
  return grouped(wanted).map(([place, names]) => {
    const [kinds = "", where = ""] = place.split("\n");
    return `${kinds} named ${names}: list, ${may}; in ${where}`;
  });
}

function warning(clusterWide: boolean): string {
  const prize = clusterWide
    ? "anything in the cluster"
    : "what any account of these namespaces may";
  return `no admission policy: whoever steals the credential can make a token secret, and do ${prize}`;
}

/** `[[where, "a, b"], …]`, in the order of first appearance. */
function grouped(pairs: readonly (readonly [string, string])[]): readonly [string, string][] {
  const groups = Map.groupBy(pairs, ([where]) => where);
  return [...groups].map(([where, each]) => [
    where,
    [...new Set(each.map(([, name]) => name))].join(", "),
  ]);
}
