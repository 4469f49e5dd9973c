import { isIP } from "node:net";
import { SecretValue } from "../../secret-value.ts";
import type { ClusterProxy } from "../cluster-access.ts";
import { type Place, refusal } from "./refusal.ts";

export interface ServerRules {
  /** `kubectl proxy` and its like, on this machine only. */
  readonly loopbackHttpAllowed: boolean;
}

const serverHint = "Give the API server's address as https://host:port, or with a path after it.";
const proxyHint = "Give the proxy as http://host:port or https://host:port.";

/** The URL parser drops or rewrites these silently. */
const rewritten = /[\s\\\p{C}]/u;
/** Rancher, kcp and other front doors serve many clusters below one host. */
const plainPath = /^(?:\/[\w.~:-]+)*\/?$/;
const loopbackHost = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** @throws KubeconfigError */
export function parseServer(value: string | undefined, place: Place, rules: ServerRules): URL {
  if (value === undefined) {
    throw refusal(place, "is missing", serverHint);
  }
  const url = parseUrl(value, place, serverHint);
  if (url.username !== "" || url.password !== "") {
    throw refusal(place, "holds a user or password", "Put the credential into the user entry.");
  }
  requireTls(url, place, rules);
  if (url.search !== "" || url.hash !== "" || !plainPath.test(url.pathname)) {
    throw refusal(place, "holds more than scheme, host, port and a plain path", serverHint);
  }
  url.pathname = url.pathname.replace(/\/$/, "");
  return url;
}

function requireTls(url: URL, place: Place, { loopbackHttpAllowed }: ServerRules): void {
  if (url.protocol === "https:") {
    return;
  }
  if (url.protocol !== "http:") {
    throw refusal(place, "doesn't begin with https://", serverHint);
  }
  if (!loopbackHttpAllowed) {
    throw refusal(place, "is plain http, which would send the credential in clear", serverHint);
  }
  if (!loopbackHost.test(url.hostname)) {
    const problem = "is plain http to another machine, which would send the credential in clear";
    throw refusal(place, problem, serverHint);
  }
}

/** @throws KubeconfigError */
export function parseProxy(value: string | undefined, place: Place): ClusterProxy | undefined {
  if (value === undefined) {
    return undefined;
  }
  const url = parseUrl(value, place, proxyHint);
  if (url.protocol.startsWith("socks")) {
    throw refusal(place, "is a SOCKS proxy, which isn't supported", proxyHint);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refusal(place, "is neither http:// nor https://", proxyHint);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw refusal(place, "holds more than scheme, user, host and port", proxyHint);
  }
  return { url: new URL(`${url.protocol}//${url.host}`), authorization: basicAuth(url, place) };
}

/** What `parseProxy` read, as a kubeconfig has it: with user and password. */
export function formatProxy({ url, authorization }: ClusterProxy): string {
  if (authorization === undefined) {
    return url.origin;
  }
  const pair = Buffer.from(authorization.reveal().slice("Basic ".length), "base64").toString();
  const [user = "", ...password] = pair.split(":").map(encodeURIComponent);
  return `${url.protocol}//${user}:${password.join(":")}@${url.host}`;
}

function parseUrl(value: string, place: Place, hint: string): URL {
  const url = rewritten.test(value) ? null : URL.parse(value);
  if (url === null || url.host === "") {
    throw refusal(place, "isn't a URL with a scheme, a host and maybe a port", hint);
  }
  if (url.port === "0") {
    throw refusal(place, "has the port 0, where nothing can listen", hint);
  }
  return url;
}

function basicAuth({ username, password }: URL, place: Place): SecretValue | undefined {
  if (username === "" && password === "") {
    return undefined;
  }
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return new SecretValue(`Basic ${Buffer.from(pair).toString("base64")}`);
  } catch {
    const hint = "In a URL's user and password, write % as %25.";
    throw refusal(place, "has a user or password with a broken percent escape", hint);
  }
}

/** A host name or an address, as a certificate has it. @throws KubeconfigError */
export function parseTlsServerName(value: string | undefined, place: Place): string | undefined {
  if (value === undefined || isIP(value) !== 0) {
    return value;
  }
  if (!/^[A-Za-z\d](?:[\w.-]{0,251}[A-Za-z\d])?$/.test(value)) {
    const hint = "Give just the name that the server's certificate carries.";
    throw refusal(place, "isn't a host name", hint);
  }
  return value;
}
