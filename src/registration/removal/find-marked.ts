/** What a cluster holds that bears this program's label: ours, and what is none of our business. */
import { ClusterError } from "../../errors.ts";
import { annotations, fieldManager, managedByLabel } from "../../pull-secrets/names.ts";
import { formatOwner } from "../../refresh/rules/ownership.ts";
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import { groupName } from "../../rights/names.ts";
import { type ObjectKind, policyKinds, rbacKinds } from "../find-ours.ts";
import { type Registrant, type Whose, whose } from "../marks.ts";
import type { AdminApi } from "../ports.ts";
import { printable } from "./printable.ts";

const namespaceKind: ObjectKind = { apiVersion: "v1", kind: "Namespace" };
export const accountKind: ObjectKind = { apiVersion: "v1", kind: "ServiceAccount" };
export const secretKind: ObjectKind = { apiVersion: "v1", kind: "Secret" };

const rightsKinds = [...rbacKinds, ...policyKinds, accountKind, namespaceKind];

export interface Marked {
  /** Of this registration. */
  readonly ours: readonly LiveObject[];
  /** Names that this deployment has registered the same cluster by, too. */
  readonly otherNames: readonly string[];
  /** Those among them whose rights are the EKS group's, too. */
  readonly otherNamesOfGroup: readonly string[];
  /** Pull secrets of this deployment: metadata, no data. */
  readonly secrets: readonly LiveObject[];
  /** How many objects each other owner has here; "" is who left the mark out. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * The config isn't asked: it may have forgotten what it once wanted.
 * @throws ClusterError, also for a kind that the caller may not list: it could hold something of ours
 */
export async function findMarked(
  api: Pick<AdminApi, "list">,
  registrant: Registrant,
): Promise<Marked> {
  const [rights, secrets] = await Promise.all([
    Promise.all(rightsKinds.map((kind) => listMarked(api, kind))).then((lists) => lists.flat()),
    listMarked(api, secretKind),
  ]);
  const judged = rights.map((object) => ({ object, whose: whoseRight(object, registrant) }));
  const owner = formatOwner(registrant.owner);
  const isOurs = (secret: LiveObject) => ownerOf(secret) === owner;
  const foreign = [
    ...judged.filter(({ whose: { kind } }) => kind === "other-owner" || kind === "unmarked"),
    ...secrets.filter((secret) => !isOurs(secret)).map((object) => ({ object })),
  ];
  return {
    ours: judged.filter(({ whose: { kind } }) => kind === "ours").map(({ object }) => object),
    otherNames: otherNamesAmong(judged),
    otherNamesOfGroup: otherNamesAmong(judged.filter(({ object }) => bindsGroup(object))),
    secrets: secrets.filter(isOurs),
    others: counted(foreign.map(({ object }) => ownerOf(object) ?? "")),
  };
}

interface Judged {
  readonly object: LiveObject;
  readonly whose: Whose;
}

function otherNamesAmong(judged: readonly Judged[]): readonly string[] {
  return unique(
    judged.flatMap(({ whose: each }) =>
      each.kind === "other-name" ? [printable(each.cluster)] : [],
    ),
  );
}

function bindsGroup(object: LiveObject): boolean {
  const subjects = object["subjects"] as readonly { kind?: unknown; name?: unknown }[] | undefined;
  return subjects?.some(({ kind, name }) => kind === "Group" && name === groupName) ?? false;
}

/**
 * A tenant may mark a Role of their own as ours, whatever it is called: what we never named so isn't.
 * Of RBAC's objects, names may hold anything, also what would move a terminal's cursor.
 */
function whoseRight(object: LiveObject, registrant: Registrant): Whose {
  const found = whose(object, registrant);
  const isOurName = object.kind === "Namespace" || ownName.test(object.metadata.name);
  return found.kind === "ours" && !isOurName ? { kind: "unmarked" } : found;
}

const ownName = /^ecr-pull-secrets(?:[.-][a-z0-9-]{1,63})?$/;

/** Kinds that the API server doesn't know hold nothing. */
async function listMarked(
  api: Pick<AdminApi, "list">,
  kind: ObjectKind,
): Promise<readonly LiveObject[]> {
  const labelSelector = `${managedByLabel}=${fieldManager}`;
  try {
    return await api.list({ ...kind, labelSelector });
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "not-found") {
      return [];
    }
    throw error;
  }
}

function ownerOf({ metadata }: LiveObject): string | undefined {
  return metadata.annotations?.[annotations.owner];
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function counted(owners: readonly string[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(owners, printable);
  return new Map([...groups].map(([owner, all]) => [owner, all.length]));
}
