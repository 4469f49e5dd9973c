/** Every verb on every resource and subresource that a server lists, wherever it has a place. */
import { eachInParallel } from "../../../src/refresh/apply/concurrency.ts";
import { type ApiClient, type ApiRequest, type Outcome, outcomeOf } from "./api-client.ts";
import { discover, type ServedResource } from "./discovery.ts";
import { regcred, restarted, secretBody } from "./scene.ts";

/** What a column of the table is about. */
export const places = ["target", "excluded", "not selected", "own", "cluster-wide"] as const;
export type Place = (typeof places)[number];
export const namespaceOf: Readonly<Record<Exclude<Place, "cluster-wide">, string>> = {
  target: "web",
  excluded: "kube-public",
  "not selected": "elsewhere",
  own: "ecr-pull-secrets",
};

export const verbs = [
  "get",
  "list",
  "watch",
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
] as const;
export type Verb = (typeof verbs)[number];

export interface Trial {
  readonly verb: Verb;
  /** `secrets`, `serviceaccounts/token`, `deployments.apps` */
  readonly resource: string;
  /** Undefined: any, as a list or a creation without a name asks for. */
  readonly name: string | undefined;
  readonly place: Place;
  readonly outcome: Outcome;
}

type Untried = Omit<Trial, "outcome"> & { readonly request: ApiRequest };

/** The names that are tried: ours, and some that aren't. */
const names: Readonly<Record<string, readonly string[]>> = {
  secrets: ["ecr-pull", regcred.name, "database"],
  deployments: [restarted, "other"],
  serviceaccounts: ["default", "ecr-pull-secrets", "builder"],
  namespaces: ["web"],
};

export async function attack(client: ApiClient): Promise<readonly Trial[]> {
  const untried = (await discover(client)).flatMap(trialsOf);
  const trials: Trial[] = [];
  await eachInParallel(
    untried.map((each, at) => ({ ...each, at })),
    async ({ request, at, ...trial }) => {
      trials[at] = { ...trial, outcome: outcomeOf(await client.send(request)) };
    },
  );
  return trials;
}

function trialsOf(served: ServedResource): readonly Untried[] {
  const { namespaced, label, resource, subresource } = served;
  const where = places.filter((place) => namespaced || place === "cluster-wide");
  const named = names[resource] ?? ["ecr-pull"];
  return where.flatMap((place) => {
    const namespace = place === "cluster-wide" ? undefined : namespaceOf[place];
    const objects = named.flatMap((name) => {
      // An object of a namespace has no path outside of it.
      return namespaced && namespace === undefined ? [] : onObject(served, namespace, name);
    });
    const collection = subresource === undefined ? onCollection(served, namespace, named) : [];
    return [...objects, ...collection].map((each) => ({ ...each, resource: label, place }));
  });
}

type Request = Pick<Untried, "verb" | "name" | "request">;

const dry = { dryRun: "All" };

function onObject(served: ServedResource, namespace: string | undefined, name: string): Request[] {
  const { subresource } = served;
  const sub = subresource === undefined ? "" : `/${subresource}`;
  const path = `${collectionPath(served, namespace)}/${name}${sub}`;
  const body = bodyFor(served, namespace, name);
  const apply = { fieldManager: "ecr-pull-secrets", force: "true", ...dry };
  const type = "application/apply-patch+yaml";
  const requests: Request[] = [
    { verb: "get", name, request: { method: "GET", path } },
    { verb: "update", name, request: { method: "PUT", path, query: dry, body } },
    { verb: "patch", name, request: { method: "PATCH", path, query: apply, body, type } },
    { verb: "delete", name, request: { method: "DELETE", path, query: dry } },
  ];
  const create: Request = {
    verb: "create",
    name,
    request: { method: "POST", path, query: dry, body },
  };
  return subresource === undefined ? requests : [...requests, create];
}

function onCollection(
  served: ServedResource,
  namespace: string | undefined,
  named: readonly string[],
): Request[] {
  const path = collectionPath(served, namespace);
  const body = bodyFor(served, namespace, named[0] ?? "");
  const byName = (name: string) => ({ fieldSelector: `metadata.name=${name}` });
  const selectors: readonly { name?: string; query: Record<string, string> }[] = [
    { query: {} },
    ...named.map((name) => ({ name, query: byName(name) })),
  ];
  return [
    { verb: "create", name: undefined, request: { method: "POST", path, query: dry, body } },
    ...selectors.flatMap(({ name, query }): Request[] => [
      { verb: "list", name, request: { method: "GET", path, query } },
      { verb: "watch", name, request: { method: "GET", path, query: { ...query, watch: "true" } } },
      {
        verb: "deletecollection",
        name,
        request: { method: "DELETE", path, query: { ...query, ...dry } },
      },
    ]),
  ];
}

function collectionPath({ base, resource }: ServedResource, namespace: string | undefined): string {
  return namespace === undefined
    ? `${base}/${resource}`
    : `${base}/namespaces/${namespace}/${resource}`;
}

function bodyFor(
  { kind, apiVersion, subresource }: ServedResource,
  namespace: string | undefined,
  name: string,
): object {
  if (kind === "Secret" && namespace !== undefined) {
    return secretBody(name, namespace, name === regcred.name ? regcred.shape : {});
  }
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const version = subresource === "token" ? "authentication.k8s.io/v1" : apiVersion;
  return { apiVersion: version, kind, metadata, ...contents[kind] };
}

/** Without these, what gets past RBAC would be refused for its form. */
const contents: Readonly<Record<string, object>> = {
  ServiceAccount: { imagePullSecrets: [{ name: "ecr-pull" }] },
  Deployment: {
    spec: { template: { metadata: { annotations: { "ecr-pull-secrets/restarted-for": "{}" } } } },
  },
  SelfSubjectAccessReview: {
    metadata: {},
    spec: { resourceAttributes: { verb: "get", resource: "pods" } },
  },
  SelfSubjectRulesReview: { spec: { namespace: "web" } },
};
