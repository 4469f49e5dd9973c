/** Compose what a secret is to hold: fresh logins, and those that are carried over from it. */
import { ClusterError } from "../errors.ts";
import { type Login, readDockerConfig, writeDockerConfig } from "../pull-secrets/docker-config.ts";
import { dockerConfigJsonKey } from "../pull-secrets/names.ts";
import type { RegistryStamp } from "../pull-secrets/stamps.ts";
import type { SecretValue } from "../secret-value.ts";
import type { DesiredPullSecret } from "./desired.ts";
import type { ClusterApi, CredentialSource } from "./ports.ts";
import type { Contents, FreshEntry } from "./rules/choose-contents.ts";
import type { SecretWrite } from "./rules/judge-secret.ts";

export interface Composed {
  /** Decoded values, by the keys of the format. */
  readonly data: Readonly<Record<string, SecretValue>>;
  /** By registry key; none: there is no login to write. */
  readonly stamps: ReadonlyMap<string, RegistryStamp>;
}

interface Sources {
  readonly api: ClusterApi;
  readonly covers: CredentialSource["covers"];
  /** Where every registry was minted, all namespaces get the same: composed once, not 500 times. */
  readonly composed: Map<DesiredPullSecret, Composed>;
}

/** @throws ClusterError of kind conflict if the secret isn't the one that was judged any more */
export async function composeContents(
  write: SecretWrite,
  contents: Contents,
  { api, covers, composed }: Sources,
): Promise<Composed> {
  const { secret } = write;
  const whole = contents.fresh.length === secret.registries.length;
  const known = whole ? composed.get(secret) : undefined;
  if (known) {
    return known;
  }
  const logins = new Map<string, Login>();
  const stamps = new Map<string, RegistryStamp>();
  const add = ({ registry, credential }: FreshEntry) => {
    const { issuedAt: issued, expiresAt: expires } = credential;
    stamps.set(registry.key, { issued, expires, source: registry.source });
    if (credential.kind !== "login") return;
    for (const host of credential.hosts) {
      logins.set(host, credential);
    }
  };
  contents.fresh.forEach(add);
  const there = contents.carried.length > 0 ? await readLogins(write, api) : new Map();
  for (const { registry, stamp, otherwise } of contents.carried) {
    const entries = [...there].filter(([host]) => covers(registry, host));
    // A stamp without an entry would claim a credential that the secret doesn't hold.
    if (entries.length > 0) {
      stamps.set(registry.key, stamp);
      for (const [host, login] of entries) {
        logins.set(host, login);
      }
    } else if (otherwise) {
      add({ registry, credential: otherwise });
    }
  }
  const result = { data: { [dockerConfigJsonKey]: writeDockerConfig(logins) }, stamps };
  if (whole) {
    composed.set(secret, result);
  }
  return result;
}

async function readLogins(
  write: SecretWrite,
  api: ClusterApi,
): Promise<ReadonlyMap<string, Login>> {
  const secret = await api.readSecret(write.namespace, write.secret.name);
  if (secret?.resourceVersion !== write.existing?.state.resourceVersion) {
    throw new ClusterError("conflict", "the secret changed between the list and the read");
  }
  return readDockerConfig(secret?.data[dockerConfigJsonKey]);
}
