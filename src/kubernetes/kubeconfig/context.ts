import { closestName } from "./closest-name.ts";
import { type Place, quotedName, quotedNames, refusal, within } from "./refusal.ts";
import { type ContextFields, contextSchema, kubeconfigSchema, shapeOf } from "./shape.ts";

/** One cluster, user or context, not yet looked into: only those in use need to be right. */
export interface NamedEntry {
  readonly name: string;
  readonly value: unknown;
  /** Of its value: `users[1].user`. */
  readonly place: Place;
}

export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: readonly NamedEntry[];
  readonly clusters: readonly NamedEntry[];
  readonly users: readonly NamedEntry[];
}

export interface ChosenContext {
  readonly name: string;
  readonly cluster: NamedEntry;
  readonly user: NamedEntry;
  readonly extensions: ContextFields["extensions"];
}

/** @throws KubeconfigError */
export function namedEntries(raw: unknown, place: Place): Kubeconfig {
  const { kind, contexts, clusters, users, ...rest } = shapeOf(kubeconfigSchema, raw, place);
  if (kind !== undefined && kind !== "Config") {
    throw refusal(within(place, "kind"), "isn't Config", "Give a kubeconfig, not another object.");
  }
  const at = (...keys: PropertyKey[]) => within(place, ...keys);
  requireUnique(contexts, at("contexts"));
  requireUnique(clusters, at("clusters"));
  requireUnique(users, at("users"));
  return {
    currentContext: rest["current-context"],
    contexts: contexts.map(({ name, context }, index) => ({
      name,
      value: context,
      place: at("contexts", index, "context"),
    })),
    clusters: clusters.map(({ name, cluster }, index) => ({
      name,
      value: cluster,
      place: at("clusters", index, "cluster"),
    })),
    users: users.map(({ name, user }, index) => ({
      name,
      value: user,
      place: at("users", index, "user"),
    })),
  };
}

/** The context that was asked for, or the current one, or the only one. @throws KubeconfigError */
export function chooseContext(
  kubeconfig: Kubeconfig,
  asked: string | undefined,
  place: Place,
): ChosenContext {
  const context = findContext(kubeconfig, asked, place);
  const fields = shapeOf(contextSchema, context.value, context.place);
  return {
    name: context.name,
    cluster: referred(kubeconfig.clusters, fields.cluster, within(context.place, "cluster")),
    user: referred(kubeconfig.users, fields.user, within(context.place, "user")),
    extensions: fields.extensions,
  };
}

function findContext(
  { contexts, currentContext }: Kubeconfig,
  asked: string | undefined,
  place: Place,
): NamedEntry {
  const names = contexts.map(({ name }) => name);
  const wanted = asked ?? currentContext;
  const found = contexts.find(({ name }) => name === wanted);
  if (found !== undefined) {
    return found;
  }
  const [only] = contexts;
  if (only === undefined) {
    throw refusal(place, "has no context", "Add one that joins a cluster and a user.");
  }
  if (wanted === undefined && contexts.length === 1) {
    return only;
  }
  if (wanted === undefined) {
    const problem = `has ${contexts.length} contexts and no current-context: ${quotedNames(names)}`;
    const hint = "Choose one: --context <name>, or `kubectl config use-context <name>` for good.";
    throw refusal(place, problem, hint);
  }
  const problem = asked === undefined ? "has as current-context" : "has no context";
  const missing = asked === undefined ? ", which it doesn't hold" : "";
  throw refusal(
    place,
    `${problem} ${quotedName(wanted)}${missing}; it has ${quotedNames(names)}`,
    suggestion(wanted, names),
  );
}

function suggestion(wanted: string, names: readonly string[]): string {
  const close = closestName(wanted, names);
  return close === undefined
    ? "`kubectl config get-contexts` lists them."
    : `Did you mean ${quotedName(close)}?`;
}

function referred(
  entries: readonly NamedEntry[],
  name: string | undefined,
  place: Place,
): NamedEntry {
  const hint = "`kubectl config view` shows what refers to what.";
  if (name === undefined) {
    throw refusal(place, "is missing", hint);
  }
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) {
    throw refusal(place, `names ${quotedName(name)}, which isn't there`, hint);
  }
  return found;
}

/** kubectl refuses them too: which one is meant? */
function requireUnique(entries: readonly { readonly name: string }[], place: Place): void {
  const seen = new Set<string>();
  for (const [index, { name }] of entries.entries()) {
    if (seen.has(name)) {
      const problem = `is ${quotedName(name)}, which another entry has too`;
      throw refusal(within(place, index, "name"), problem, "Rename or remove one of them.");
    }
    seen.add(name);
  }
}
