/** The entries in `imagePullSecrets` of service accounts that lead to this deployment's secrets. */
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import type { AdminApi } from "../ports.ts";
import { accountKind, secretKind } from "./find-marked.ts";

/** The entries of one service account that are to go. */
export interface Link {
  readonly account: LiveObject;
  readonly names: readonly string[];
}

export interface LinkSources {
  /** Pull secrets of this deployment. */
  readonly secrets: readonly LiveObject[];
  /** Roles of this registration: they name the secrets that it wrote, also those that are gone. */
  readonly roles: readonly LiveObject[];
}

/**
 * An entry is ours if it leads to a secret of ours; or to none, by a name that our roles have: an
 * earlier run may have deleted that. One that leads to somebody else's secret is theirs.
 * @throws ClusterError
 */
export async function findLinks(
  api: Pick<AdminApi, "list">,
  { secrets, roles }: LinkSources,
): Promise<readonly Link[]> {
  const own = new Set(secrets.map(placeOf));
  const everywhere = new Set(roles.flatMap(clusterWideNames));
  const local = new Set(roles.flatMap(localPlaces));
  const names = [...new Set(roles.flatMap(secretNames))];
  if (own.size + names.length === 0) {
    return [];
  }
  const [accounts, ...lists] = await Promise.all([
    api.list(accountKind),
    ...names.map((name) => api.list({ ...secretKind, fieldSelector: `metadata.name=${name}` })),
  ]);
  const foreign = new Set(
    lists
      .flat()
      .map(placeOf)
      .filter((place) => !own.has(place)),
  );
  return accounts.flatMap((account) => {
    const linked = linkedNames(account).filter((name) => {
      const place = placeOfName(account.metadata.namespace, name);
      const isNamed = everywhere.has(name) || local.has(place);
      return own.has(place) || (isNamed && !foreign.has(place));
    });
    return linked.length === 0 ? [] : [{ account, names: [...new Set(linked)] }];
  });
}

/** Whoever may change a service account wrote them: entries of any shape may be among them. */
export function entriesOf({ imagePullSecrets }: LiveObject): readonly unknown[] {
  return Array.isArray(imagePullSecrets) ? imagePullSecrets : [];
}

export function nameOfEntry(entry: unknown): string | undefined {
  const { name } = (entry ?? {}) as { readonly name?: unknown };
  return typeof name === "string" ? name : undefined;
}

function linkedNames(account: LiveObject): readonly string[] {
  return entriesOf(account).flatMap((entry) => nameOfEntry(entry) ?? []);
}

interface Rule {
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A rule may name anything, and what no secret is called would be another selector. */
const secretName = /^[a-z0-9][a-z0-9.-]{0,252}$/;

function secretNames(role: LiveObject): readonly string[] {
  const { rules } = role as { readonly rules?: readonly Rule[] | null };
  const names = (rules ?? []).flatMap(({ resources, resourceNames }) =>
    resources?.includes("secrets") ? (resourceNames ?? []) : [],
  );
  return names.filter((name) => secretName.test(name));
}

function clusterWideNames(role: LiveObject): readonly string[] {
  return role.metadata.namespace === undefined ? secretNames(role) : [];
}

/** A Role speaks for its own namespace alone. */
function localPlaces(role: LiveObject): readonly string[] {
  const { namespace } = role.metadata;
  return secretNames(role).map((name) => placeOfName(namespace, name));
}

function placeOf({ metadata }: LiveObject): string {
  return placeOfName(metadata.namespace, metadata.name);
}

function placeOfName(namespace: string | undefined, name: string): string {
  return `${namespace}/${name}`;
}
