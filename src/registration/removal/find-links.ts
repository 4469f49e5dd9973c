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
 * An entry is ours if it bears a name of ours and leads to a secret of ours, or to none: an earlier
 * run may have deleted that. One that leads to somebody else's secret is theirs.
 * @throws ClusterError
 */
export async function findLinks(
  api: Pick<AdminApi, "list">,
  { secrets, roles }: LinkSources,
): Promise<readonly Link[]> {
  const names = [...new Set([...secrets.map(nameOf), ...roles.flatMap(secretNames)])];
  if (names.length === 0) {
    return [];
  }
  const own = new Set(secrets.map(placeOf));
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
    const linked = linkedNames(account).filter(
      (name) => names.includes(name) && !foreign.has(placeOfName(account.metadata.namespace, name)),
    );
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

function secretNames(role: LiveObject): readonly string[] {
  const { rules } = role as { readonly rules?: readonly Rule[] | null };
  return (rules ?? []).flatMap(({ resources, resourceNames }) =>
    resources?.includes("secrets") ? (resourceNames ?? []) : [],
  );
}

function nameOf({ metadata }: LiveObject): string {
  return metadata.name;
}

function placeOf({ metadata }: LiveObject): string {
  return placeOfName(metadata.namespace, metadata.name);
}

function placeOfName(namespace: string | undefined, name: string): string {
  return `${namespace}/${name}`;
}
