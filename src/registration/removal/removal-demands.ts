/** May whoever unregisters do what was planned? Asked before anything is removed. */
import { listSome } from "../../list-some.ts";
import type { AccessQuestion, RightsApi } from "../../rights/access.ts";
import { formatRef, type LiveObject, refOf } from "../../rights/kubernetes-object.ts";
import type { Problem } from "../problems.ts";
import { targetOf } from "../rules/admin-demands.ts";
import { isEmpty, type RemovalPlan } from "./removal-plan.ts";

/** @param user who is asking, as the API server calls them @throws ClusterError */
export async function askRemovalRights(
  { cluster }: RemovalPlan,
  api: Pick<RightsApi, "canI">,
  user: string | undefined,
): Promise<readonly Problem[]> {
  if (cluster === undefined) {
    return [];
  }
  const { access, roles, namespaces, secrets, links } = cluster;
  const objects = [
    ...access,
    ...roles,
    ...namespaces.filter(isEmpty).map((each) => each.namespace),
  ];
  const [single, deleted, unlinked] = await Promise.all([
    refusedOf(objects, "delete", api),
    refusedOf(secrets, "delete", api, { group: "", resource: "secrets" }),
    refusedOf(
      links.map(({ account }) => account),
      "patch",
      api,
      { group: "", resource: "serviceaccounts" },
    ),
  ]);
  const what = [
    ...inNamespaces("delete secrets", deleted),
    ...inNamespaces("change service accounts", unlinked),
    ...single.map((object) => `delete ${formatRef(refOf(object))}`),
  ];
  return what.length === 0
    ? []
    : [
        {
          message: `${user ?? "you"} may not ${listSome(what, maxNamed)}`,
          hint: "let somebody run this who may: kubectl auth can-i --list shows what you may",
        },
      ];
}

/** @param all what to ask first: with that right, there is no need to ask about each */
async function refusedOf(
  objects: readonly LiveObject[],
  verb: string,
  api: Pick<RightsApi, "canI">,
  all?: Omit<AccessQuestion, "verb">,
): Promise<readonly LiveObject[]> {
  if (objects.length === 0 || (all !== undefined && (await api.canI({ verb, ...all })))) {
    return [];
  }
  const answers = await Promise.all(
    objects.map((object) => api.canI({ verb, ...targetOf(object) })),
  );
  return objects.filter((_, index) => !answers[index]);
}

function inNamespaces(what: string, objects: readonly LiveObject[]): readonly string[] {
  const names = [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ""))];
  return names.length === 0 ? [] : [`${what} in ${listSome(names, maxNamed)}`];
}

const maxNamed = 5;
