/** The content of a dockerconfigjson Secret: who may log in where. */
import { SecretValue } from "../secret-value.ts";

export interface Login {
  readonly username: string;
  readonly password: SecretValue;
}

/**
 * `auths` keyed by bare host, but for Docker Hub's own key. The kubelet strips schemes from keys,
 * podman-class clients don't; some clients read `auth`, some `username` and `password`: all three
 * say the same.
 * @param email in every entry, for clients that insist on one; undefined: in none
 */
export function writeDockerConfig(logins: ReadonlyMap<string, Login>, email?: string): SecretValue {
  const auths: Record<string, unknown> = {};
  for (const host of [...logins.keys()].sort()) {
    const login = logins.get(host);
    if (login) {
      auths[host] = authEntry(login, email);
    }
  }
  return new SecretValue(JSON.stringify({ auths }));
}

/**
 * The logins in a docker config that is already in a cluster: hostile, so entries that aren't whole
 * are left out, and a text that isn't a docker config holds none.
 */
export function readDockerConfig(content: SecretValue | undefined): ReadonlyMap<string, Login> {
  const logins = new Map<string, Login>();
  for (const [host, entry] of Object.entries(authsOf(content))) {
    const login = readLogin(entry);
    if (login) {
      logins.set(host, login);
    }
  }
  return logins;
}

function authEntry({ username, password }: Login, email: string | undefined) {
  const plain = password.reveal();
  const auth = Buffer.from(`${username}:${plain}`).toString("base64");
  return { username, password: plain, auth, ...(email !== undefined && { email }) };
}

function authsOf(content: SecretValue | undefined): object {
  try {
    const config: unknown = JSON.parse(content?.reveal() ?? "{}");
    return objectAt(config, "auths");
  } catch {
    return {}; // not JSON: holds no login; the parser's message would quote the content
  }
}

function objectAt(value: unknown, key: string): object {
  const found = typeof value === "object" && value !== null && Reflect.get(value, key);
  return typeof found === "object" && found !== null ? found : {};
}

function readLogin(entry: unknown): Login | undefined {
  if (typeof entry !== "object" || entry === null) {
    return undefined;
  }
  const username: unknown = Reflect.get(entry, "username");
  const password: unknown = Reflect.get(entry, "password");
  const whole = typeof username === "string" && typeof password === "string" && password !== "";
  return whole ? { username, password: new SecretValue(password) } : undefined;
}
