/**
 * Looks at a cluster every 50 ms, past every cache: whether each namespace has a secret whose logins
 * its registries would take now, whether it is still the same object, and whether it is linked once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { AdminApi, KubernetesObject } from "./admin-api.ts";
import { passwordsIn } from "./logins.ts";

export interface Watched {
  /** One of them at least has to be there and to be valid. */
  readonly secrets: readonly { readonly name: string; readonly type: string }[];
  readonly namespaces: readonly string[];
  /** Registry hosts; for an Opaque secret, the username. */
  readonly hosts: readonly string[];
  /** By the `default` accounts; otherwise pods name the secret themselves. */
  readonly linked: boolean;
  /** Whether a registry would take this password now. */
  readonly isValid: (password: string, host: string) => boolean;
}

export interface ClusterWatch extends AsyncDisposable {
  readonly looks: () => number;
  /** What was wrong and where, each once. */
  readonly gaps: () => readonly string[];
  /** UIDs that the secret had, by namespace. */
  readonly uids: () => ReadonlyMap<string, ReadonlySet<string>>;
  /** Waits until it has looked again, twice. */
  lookAgain(): Promise<void>;
}

const pauseMs = 50;

export function watchCluster(api: AdminApi, watched: Watched): ClusterWatch {
  const gaps = new Set<string>();
  const uids = new Map(watched.namespaces.map((namespace) => [namespace, new Set<string>()]));
  const stopped = new AbortController();
  let looks = 0;
  const look = async () => {
    const lists = watched.secrets.map(({ name }) => api.list("secrets", name));
    const [accounts, ...secrets] = await Promise.all([
      api.list("serviceaccounts", "default"),
      ...lists,
    ]);
    for (const namespace of watched.namespaces) {
      const here = ({ metadata }: KubernetesObject) => metadata.namespace === namespace;
      const found = secrets.flat().filter(here);
      const links = accounts.find(here)?.imagePullSecrets?.map(({ name }) => name) ?? [];
      for (const wrong of whatIsWrong(found, links, watched)) gaps.add(`${namespace}: ${wrong}`);
      for (const { metadata } of found) uids.get(namespace)?.add(metadata.uid ?? "");
    }
    looks += 1;
  };
  const watch = async () => {
    while (!stopped.signal.aborted) {
      await Promise.all([look(), sleep(pauseMs)]);
    }
  };
  const watching = watch().catch((error: unknown) => void gaps.add(String(error)));
  return {
    looks: () => looks,
    gaps: () => [...gaps],
    uids: () => uids,
    lookAgain: async () => {
      for (const until = looks + 2; looks < until && gaps.size < 1_000; ) await sleep(pauseMs);
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await watching;
    },
  };
}

/** What a pod that starts now would miss. */
function whatIsWrong(
  secrets: readonly KubernetesObject[],
  links: readonly string[],
  { secrets: wanted, hosts, linked, isValid }: Watched,
): string[] {
  const repeated =
    linked && wanted.some(({ name }) => links.indexOf(name) < links.lastIndexOf(name));
  const usable = secrets.filter(
    ({ metadata: { name }, type }) =>
      wanted.some((each) => each.name === name && each.type === type) &&
      (!linked || links.includes(name)),
  );
  const logins = usable.map(passwordsIn);
  const without = hosts.filter((host) => {
    const passwords = logins.map((each) => each.get(host));
    return !passwords.some((password) => password !== undefined && isValid(password, host));
  });
  const missing = without.map((host) => `nothing that is linked opens ${host}`);
  return repeated ? [...missing, "a link stands there twice"] : missing;
}
