/** Looks for everything that a registration left in a cluster. Reads only. */
import { KubeconfigError } from "../../errors.ts";
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import type { FoundRecord } from "../found-record.ts";
import type { AdminApi } from "../ports.ts";
import { findLinks, type Link } from "./find-links.ts";
import { accountKind, findMarked, type Marked } from "./find-marked.ts";
import { contentOf } from "./namespace-content.ts";
import type { EntryRemoval, NamespaceRemoval } from "./removal-plan.ts";
import type { RemovalWish } from "./removal-wish.ts";

export interface RemovalFindings {
  /** Of the context. */
  readonly server: string;
  readonly record: FoundRecord | undefined;
  readonly marked: Marked;
  readonly links: readonly Link[];
  readonly namespaces: readonly NamespaceRemoval[];
  /** Whether the account that the record's token belongs to is there. */
  readonly accountThere: boolean;
  readonly entry: EntryRemoval | undefined;
}

export interface InspectRemovalPorts {
  readonly admin: Pick<AdminApi, "list" | "get">;
  readonly server: string;
  readonly record: FoundRecord | undefined;
  readonly entry: EntryRemoval | undefined;
}

/** @throws ClusterError */
export async function inspectRemoval(
  wish: RemovalWish,
  { admin, ...known }: InspectRemovalPorts,
): Promise<RemovalFindings> {
  const marked = await findMarked(admin, wish);
  const keeps = keepsSecrets(wish, marked);
  const [links, namespaces, accountThere] = await Promise.all([
    keeps ? [] : findLinks(admin, { secrets: marked.secrets, roles: rolesAmong(marked.ours) }),
    inspectNamespaces(marked, keeps ? [] : marked.secrets, admin),
    isAccountThere(known.record, admin),
  ]);
  return { ...known, marked, links, namespaces, accountThere };
}

/** What another registration of the same cluster keeps fresh isn't ours alone. */
export function keepsSecrets(wish: RemovalWish, { otherNames }: Marked): boolean {
  return wish.keepSecrets || otherNames.length > 0;
}

export function rolesAmong(objects: readonly LiveObject[]): readonly LiveObject[] {
  return objects.filter(({ kind }) => kind === "Role" || kind === "ClusterRole");
}

/** One that is on its way out already needs nobody. */
function inspectNamespaces(
  { ours }: Marked,
  leavingSecrets: readonly LiveObject[],
  admin: Pick<AdminApi, "list">,
): Promise<readonly NamespaceRemoval[]> {
  const namespaces = ours.filter((object) => object.kind === "Namespace" && !isTerminating(object));
  const leaving = [...ours, ...leavingSecrets];
  return Promise.all(
    namespaces.map(async (namespace) => ({
      namespace,
      content: await contentOf(admin, namespace.metadata.name, leaving),
    })),
  );
}

function isTerminating({ status }: LiveObject): boolean {
  return (status as { readonly phase?: unknown } | undefined)?.phase === "Terminating";
}

async function isAccountThere(
  record: FoundRecord | undefined,
  admin: Pick<AdminApi, "get">,
): Promise<boolean> {
  if (record === undefined || record.access instanceof KubeconfigError) {
    return false;
  }
  const { credential } = record.access;
  if (credential.kind !== "service-account-token") {
    return false;
  }
  const { namespace, name } = credential;
  return (await admin.get({ ...accountKind, namespace, name })) !== undefined;
}
