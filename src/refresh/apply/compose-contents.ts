/** Compose what a secret is to hold: fresh credentials, and logins that are carried over from it. */
import type { DockerConfigJsonFormat, SecretFormat } from "../../config/secret-format.ts";
import { ClusterError } from "../../errors.ts";
import { writeAwsCredentials } from "../../pull-secrets/aws-credentials.ts";
import {
  type Login,
  readDockerConfig,
  writeDockerConfig,
} from "../../pull-secrets/docker-config.ts";
import { dockerConfigJsonKey } from "../../pull-secrets/names.ts";
import type { RegistryStamp } from "../../pull-secrets/stamps.ts";
import { SecretValue } from "../../secret-value.ts";
import type { Credential } from "../credential.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { ClusterApi, CredentialSource } from "../ports.ts";
import type { Contents, FreshEntry } from "../rules/choose-contents.ts";
import type { SecretWrite } from "../rules/secret-write.ts";

export interface Composed {
  /** Decoded values, by the keys of the format. */
  readonly data: Readonly<Record<string, SecretValue>>;
  /** By registry key; none: there is no credential to write. */
  readonly stamps: ReadonlyMap<string, RegistryStamp>;
}

interface Sources {
  readonly api: ClusterApi;
  readonly covers: CredentialSource["covers"];
  /** Where every registry was minted, all namespaces get the same: composed once, not 500 times. */
  readonly composed: Map<DesiredPullSecret, Promise<Composed>>;
}

/** @throws ClusterError of kind conflict if the secret isn't the one that was judged any more */
export async function composeContents(
  write: SecretWrite,
  contents: Contents,
  sources: Sources,
): Promise<Composed> {
  const { secret } = write;
  if (contents.fresh.length < secret.registries.length) {
    return await compose(write, contents, sources);
  }
  // The promise, not what comes of it: a hundred writes ask at the same time.
  const composed = sources.composed.get(secret) ?? compose(write, contents, sources);
  sources.composed.set(secret, composed);
  return await composed;
}

async function compose(write: SecretWrite, contents: Contents, sources: Sources) {
  const { format } = write.secret;
  return format.type === "dockerconfigjson"
    ? await composeLogins(format, { write, contents }, sources)
    : composeOne(format, contents.fresh);
}

async function composeLogins(
  { email }: DockerConfigJsonFormat,
  { write, contents }: { readonly write: SecretWrite; readonly contents: Contents },
  { api, covers }: Sources,
): Promise<Composed> {
  const logins = new Map<string, Login>();
  const stamps = new Map<string, RegistryStamp>();
  const add = (entry: FreshEntry) => {
    stamps.set(entry.registry.key, stampOf(entry));
    for (const [host, login] of loginsOf(entry.credential)) {
      logins.set(host, login);
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
  return { data: { [dockerConfigJsonKey]: writeDockerConfig(logins, email) }, stamps };
}

/** One credential is all that such a secret holds: there is nothing beside it to carry over. */
function composeOne(format: SecretFormat, fresh: readonly FreshEntry[]): Composed {
  const stamps = new Map(fresh.map((entry) => [entry.registry.key, stampOf(entry)] as const));
  const data = fresh.map(({ credential }) => dataOf(format, credential));
  return { data: Object.assign({}, ...data), stamps };
}

function dataOf(format: SecretFormat, credential: Credential): Composed["data"] {
  if (format.type === "opaque" && credential.kind === "login") {
    return {
      [format.username]: new SecretValue(credential.username),
      [format.password]: credential.password,
    };
  }
  if (format.type === "awsCredentials" && credential.kind === "aws-session") {
    return writeAwsCredentials(credential, format);
  }
  throw new TypeError(`a credential of kind ${credential.kind} doesn't fit ${format.type}`);
}

function loginsOf(credential: Credential): (readonly [string, Login])[] {
  return credential.kind === "login" ? credential.hosts.map((host) => [host, credential]) : [];
}

function stampOf({ registry, credential }: FreshEntry): RegistryStamp {
  const { issuedAt: issued, expiresAt: expires } = credential;
  return { issued, expires, source: registry.source };
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
