/**
 * Observe: what is in the cluster, in as few calls as its size allows. One list of namespaces, one
 * per secret name, account name and workload; all at once, over the connection that they warm.
 */
import { formatWorkload, type WorkloadRef } from "../../config/secret-format.ts";
import type { DesiredPullSecret, Owner } from "../desired.ts";
import type {
  ClusterApi,
  NamespaceState,
  SecretState,
  ServiceAccountState,
  WorkloadState,
} from "../ports.ts";
import { droppedNames, everyAccount } from "../rules/dropped-accounts.ts";
import {
  allNamedOutright,
  type Listing,
  listEach,
  namesByPlace,
  type Places,
  unlisted,
} from "./lists-by-place.ts";

export interface Observed {
  /** Undefined where the config names all namespaces outright: then nobody may list them. */
  readonly namespaces: readonly NamespaceState[] | undefined;
  /** By secret name. */
  readonly secrets: ReadonlyMap<string, Listing<SecretState>>;
  /** By account name; `everyAccount` stands for a list of all. */
  readonly serviceAccounts: Accounts;
  /** The same, of names that secrets remember and the config has dropped. */
  readonly droppedAccounts: Accounts;
  /** By `deployment/docker-registry`. */
  readonly workloads: ReadonlyMap<string, Listing<WorkloadState>>;
}

type Accounts = ReadonlyMap<string, Listing<ServiceAccountState>>;

/**
 * @param owner whose secrets say what the config has dropped; undefined: nobody wants to know
 * @throws ClusterError if the cluster can't be read at all
 */
export async function observe(
  api: ClusterApi,
  desired: readonly DesiredPullSecret[],
  owner?: Owner,
): Promise<Observed> {
  const accounts = (places: Places) =>
    listEach(places, (name, namespace) =>
      api.listServiceAccounts(name === everyAccount ? undefined : name, namespace),
    );
  const namespaces = allNamedOutright(desired) ? undefined : api.listNamespaces();
  const secrets = listEach(
    namesByPlace(desired, ({ name }) => [name]),
    (name, namespace) => api.listSecrets(name, namespace),
  );
  const wanted = withoutRepeats(namesByPlace(desired, accountNames));
  const [known, found, serviceAccounts, droppedAccounts, workloads] = await Promise.all([
    namespaces,
    secrets,
    accounts(wanted),
    secrets.then((seen) =>
      accounts(owner ? droppedPlaces(desired, { secrets: seen, wanted, owner }) : new Map()),
    ),
    listWorkloads(api, desired),
  ]);
  return {
    namespaces: known,
    secrets: found,
    serviceAccounts,
    droppedAccounts,
    workloads,
  };
}

const accountNames = ({ serviceAccounts }: DesiredPullSecret) =>
  serviceAccounts === "all" ? [everyAccount] : serviceAccounts;

/** One list of all accounts of the cluster makes the lists by name superfluous. */
function withoutRepeats(places: Places): Places {
  const all = places.get(everyAccount);
  return all?.has(undefined) ? new Map([[everyAccount, all]]) : places;
}

/** Hardly ever any: only these lists have to wait for others. */
function droppedPlaces(
  desired: readonly DesiredPullSecret[],
  known: {
    readonly secrets: Observed["secrets"];
    readonly wanted: Places;
    readonly owner: Owner;
  },
): Places {
  const { secrets, wanted, owner } = known;
  const dropped = namesByPlace(desired, (secret) =>
    droppedNames(secret, (secrets.get(secret.name) ?? unlisted).items, owner),
  );
  const isListed = (name: string) =>
    wanted.get(name)?.has(undefined) || wanted.get(everyAccount)?.has(undefined);
  return new Map([...dropped].filter(([name]) => !isListed(name)));
}

function listWorkloads(api: ClusterApi, desired: readonly DesiredPullSecret[]) {
  const workloads = desired.flatMap(({ restart }) => restart);
  const byText = new Map<string, WorkloadRef>(
    workloads.map((each) => [formatWorkload(each), each]),
  );
  const places = namesByPlace(desired, ({ restart }) => restart.map(formatWorkload));
  return listEach(places, async (text, namespace) => {
    const workload = byText.get(text);
    return workload ? await api.listWorkloads(workload, namespace) : [];
  });
}

/** The lists that show the accounts which a pull secret is linked to. */
export function accountListings(
  { serviceAccounts }: DesiredPullSecret,
  observed: Observed,
): readonly Listing<ServiceAccountState>[] {
  const names = serviceAccounts === "all" ? [everyAccount] : serviceAccounts;
  const lists = observed.serviceAccounts;
  const listings = names.map((name) => lists.get(name) ?? lists.get(everyAccount) ?? unlisted);
  return [...new Set(listings)];
}
