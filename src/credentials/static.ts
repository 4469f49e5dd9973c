/**
 * Logins that somebody keeps in Secrets Manager, for registries of any kind. A login doesn't expire;
 * what makes it due is another version of the secret that it is kept in.
 */
import { MintError } from "../errors.ts";
import type { RegistryCredential } from "../refresh/credential.ts";
import type { StaticRegistry } from "../refresh/registries.ts";
import type { SecretValue } from "../secret-value.ts";
import type { MintsFor } from "./credential-source.ts";
import { keysOfHost } from "./static-hosts.ts";
import { readStaticLogin } from "./static-login.ts";

export interface KeptSecret {
  /** Its name or ARN, as the config says it. */
  readonly secretId: string;
  readonly region: string;
}

export interface KeptSecretApi {
  /** The id of the version that is current. @throws MintError */
  currentVersion(secret: KeptSecret): Promise<string>;
  /** @throws MintError, also for a value that isn't text */
  readVersion(secret: KeptSecret, version: string): Promise<SecretValue>;
}

interface KnownVersion {
  readonly version: Promise<string>;
  readonly askedAt: Date;
}

/**
 * So that a tick over 10,000 clusters doesn't ask 10,000 times: each function instance asks at most
 * six times a minute, and the 50 that sweep at once 5 times a second in all, of the 10,000 a second
 * that an account has for DescribeSecret and GetSecretValue. A sweep begins with this question, so
 * that a new version is late by 10 s at most.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
const keptMs = 10_000;

export function createStaticCredentialSource(deps: {
  readonly api: KeptSecretApi;
  readonly now: () => Date;
  /** Where secrets are that the config names without one. */
  readonly region: string;
}): MintsFor<StaticRegistry, RegistryCredential> {
  const known = new Map<string, KnownVersion>();

  const secretOf = ({ secretId }: StaticRegistry): KeptSecret => ({
    secretId,
    region: regionOfArn(secretId) ?? deps.region,
  });

  function currentVersion(registry: StaticRegistry): Promise<string> {
    const { secretId } = registry;
    const askedAt = deps.now();
    const last = known.get(secretId);
    if (last !== undefined && isFresh(last, askedAt)) return last.version;
    const version = deps.api.currentVersion(secretOf(registry));
    known.set(secretId, { version, askedAt });
    // A failure reaches all who wait for it now; who asks later tries again.
    version.catch(() => {
      if (known.get(secretId)?.version === version) known.delete(secretId);
    });
    return version;
  }

  return {
    currentVersion,
    async mint(registry) {
      const { host, username, unresolved } = registry;
      if (unresolved) throw unresolved;
      const version = registry.version ?? (await currentVersion(registry));
      const issuedAt = deps.now();
      const secret = secretOf(registry);
      const login = readStaticLogin(await deps.api.readVersion(secret, version), username);
      if (typeof login === "string") throw unreadable(registry, secret, login);
      return { kind: "login", ...login, issuedAt, expiresAt: null, hosts: keysOfHost(host) };
    },
    covers: ({ host }, key) => keysOfHost(host).includes(key),
  };
}

/** A clock that was put back makes nothing fresh: it would stay so for as long. */
function isFresh({ askedAt }: KnownVersion, at: Date): boolean {
  const ageMs = at.getTime() - askedAt.getTime();
  return ageMs >= 0 && ageMs < keptMs;
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>` */
function regionOfArn(secretId: string): string | undefined {
  const [arn, , , region] = secretId.split(":");
  return arn === "arn" ? region : undefined;
}

function unreadable(
  { host, username }: StaticRegistry,
  { secretId, region }: KeptSecret,
  found: string,
): MintError {
  const expected =
    username === undefined ? '{"username": "…", "password": "…"}' : `the password of ${username}`;
  const command = `aws secretsmanager put-secret-value --secret-id ${secretId} --region ${region} --secret-string file://login`;
  return new MintError(
    "malformed",
    `the secret ${secretId} in ${region} holds no login for ${host}: expected ${expected}, got ${found}`,
    { hint: `Put one: ${command}` },
  );
}
