/** Links first, then the secrets that they lead to; and again, if something was written meanwhile. */
import { UserError } from "../../errors.ts";
import { formatRef, type LiveObject, refOf } from "../../rights/kubernetes-object.ts";
import type { Narrator } from "../narrator.ts";
import type { AdminApi } from "../ports.ts";
import { findLinks, type Link } from "./find-links.ts";
import { findMarked } from "./find-marked.ts";
import type { ClusterRemoval } from "./removal-plan.ts";
import type { RemovalWish } from "./removal-wish.ts";
import { throwFailures, tryAll } from "./try-all.ts";
import { unlinkAccount } from "./unlink-account.ts";

export interface RemoveSecretsPorts {
  readonly admin: AdminApi;
  readonly narrator: Narrator;
  readonly onUnlinked: () => void;
  readonly onDeleted: () => void;
}

type Leftover = Pick<ClusterRemoval, "links" | "secrets">;

/** A sweep that had begun may write for as long as API servers know its credential: seconds. */
const maxRounds = 3;

/** @throws UserError for what couldn't be removed, ClusterError */
export async function removeSecrets(
  cluster: ClusterRemoval,
  wish: RemovalWish,
  ports: RemoveSecretsPorts,
): Promise<void> {
  let left: Leftover = cluster;
  for (let round = 1; left.links.length + left.secrets.length > 0; round += 1) {
    if (round > maxRounds) {
      throw new UserError(
        `something writes pull secrets in this cluster again as soon as they are deleted`,
        {
          hint: "look who does: kubectl get secrets -A --show-managed-fields -o yaml -l app.kubernetes.io/managed-by=ecr-pull-secrets",
        },
      );
    }
    await removeLinks(left.links, ports);
    await deleteSecrets(left.secrets, ports);
    left = await ports.narrator.look("Look again", async (retitle) => {
      retitle("Looked again");
      return await findLeft(cluster, wish, ports.admin);
    });
  }
}

async function findLeft(
  { roles }: ClusterRemoval,
  wish: RemovalWish,
  admin: AdminApi,
): Promise<Leftover> {
  const { secrets } = await findMarked(admin, wish);
  return { secrets, links: await findLinks(admin, { secrets, roles }) };
}

async function removeLinks(
  links: readonly Link[],
  { admin, narrator, onUnlinked }: RemoveSecretsPorts,
): Promise<void> {
  if (links.length === 0) {
    return;
  }
  const what = `${links.length} service ${links.length === 1 ? "account" : "accounts"}`;
  await narrator.change(`Unlink ${what}`, async (retitle) => {
    const unlink = async (link: Link) => {
      await unlinkAccount(link, admin);
      onUnlinked();
    };
    throwFailures(await tryAll(links, unlink, ({ account }) => formatRef(refOf(account))));
    retitle(`${what} unlinked`);
  });
}

async function deleteSecrets(
  secrets: readonly LiveObject[],
  { admin, narrator, onDeleted }: RemoveSecretsPorts,
): Promise<void> {
  if (secrets.length === 0) {
    return;
  }
  const what = `${secrets.length} pull ${secrets.length === 1 ? "secret" : "secrets"}`;
  await narrator.change(`Delete ${what}`, async (retitle) => {
    const remove = async (secret: LiveObject) => {
      await admin.delete(refOf(secret), secret.metadata.uid);
      onDeleted();
    };
    throwFailures(await tryAll(secrets, remove, (secret) => formatRef(refOf(secret))));
    retitle(`${what} deleted`);
  });
}
