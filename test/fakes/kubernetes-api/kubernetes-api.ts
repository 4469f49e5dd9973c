/**
 * A Kubernetes API server over real sockets, for tests: as much of one as pull secrets need, and
 * nothing that a real one would refuse. What it doesn't imitate it answers with 500, and notes in
 * `surprises`. The contract suite holds it to the real server's behaviour.
 */
import { stringify } from "yaml";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type KeyPair,
} from "../certificates.ts";
import { createJudge } from "./admission/judge.ts";
import { createAuthenticator, type StaticUser } from "./auth.ts";
import { type ClusterState, createClusterState } from "./cluster-state.ts";
import { createFaults, type Fault, type FaultScript } from "./faults.ts";
import { createRequestListener, type RequestLog, type RequestRecord } from "./server.ts";
import { createTokenIssuer } from "./service-account-tokens.ts";
import { createSockets, type Sockets } from "./sockets.ts";
import { createStore } from "./store.ts";

export interface KubernetesApiOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Default true; false: HTTP/1.1 only. */
  readonly http2?: boolean;
  /** DNS names and addresses of the server's certificate; default: localhost's. */
  readonly serverNames?: readonly string[];
  /** Default: the four that every cluster has. */
  readonly namespaces?: readonly string[];
  /** Make a `default` service account in each new namespace; default true. */
  readonly defaultServiceAccounts?: boolean;
  /** What TokenRequest grants at most; default: no limit. */
  readonly maxTokenLifetimeSeconds?: number;
  /** The server's clock: of its tokens, timestamps and Date headers. */
  readonly now?: () => Date;
  /**
   * So many requests that a new admission policy or binding is about pass before it is in effect:
   * a real server takes about a second. Default 0.
   */
  readonly policyLag?: number;
  /** What `/version` says; default `v1.36.3`. */
  readonly version?: string;
  /** False: no ValidatingAdmissionPolicy, as before Kubernetes 1.30. Default true. */
  readonly admissionPolicies?: boolean;
}

export interface KubernetesApi {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly authority: CertificateAuthority;
  /** `system:masters`. */
  readonly admin: StaticUser;
  /** The objects, without HTTP, authorisation and faults. */
  readonly state: ClusterState;
  readonly requests: readonly RequestRecord[];
  /** What was asked for that the fake doesn't imitate, and its own failures: should be empty. */
  readonly surprises: readonly string[];
  /** TCP connections and TLS handshakes since the start. */
  readonly connections: number;
  readonly tlsSessions: number;
  readonly openConnections: number;
  /** The most requests that were in flight at once. */
  readonly peakInFlight: number;
  forgetRequests(): void;
  addUser(name: string, groups?: readonly string[]): StaticUser;
  clientCertificate(user: string, groups?: readonly string[]): Promise<KeyPair>;
  /** A kubeconfig with inline CA and token; default user: admin. */
  kubeconfig(user?: { readonly name: string; readonly token: string }): string;
  fault(script: FaultScript): Fault;
  clearFaults(): void;
  /** GOAWAY on all connections. */
  goAway(): void;
  resetConnections(): void;
  /** Continue tokens and old revisions expire. */
  compact(): void;
  /** Drops all connections and refuses new ones, until `start`; the state stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

export async function startKubernetesApi(
  options: KubernetesApiOptions = {},
): Promise<KubernetesApi> {
  const authority = await createCertificateAuthority("fake-kubernetes");
  const server = await authority.issueServer(options.serverNames);
  const store = createStore();
  const now = options.now ?? (() => new Date());
  const cluster = { store, now, defaultServiceAccounts: options.defaultServiceAccounts ?? true };
  const tokens = createTokenIssuer({
    store,
    now,
    maxLifetimeSeconds: options.maxTokenLifetimeSeconds ?? Number.POSITIVE_INFINITY,
  });
  const authenticator = createAuthenticator(tokens.review);
  const admin = authenticator.add({ name: "admin", groups: ["system:masters"] });
  const faults = createFaults();
  const log: RequestLog = { records: [], surprises: [], inFlight: 0, peakInFlight: 0 };
  const state = createClusterState(cluster, tokens);
  for (const name of options.namespaces ?? systemNamespaces) {
    state.createNamespace(name);
  }
  const sockets: Sockets = createSockets({
    port: options.port,
    http2: options.http2 ?? true,
    server,
    clientCa: authority.cert,
    onRequest: createRequestListener({
      backend: {
        cluster,
        tokens,
        judge: createJudge(store, options.policyLag ?? 0),
        server: {
          gitVersion: options.version ?? "v1.36.3",
          admissionPolicies: options.admissionPolicies ?? true,
        },
      },
      authenticator,
      faults,
      log,
      sockets: () => sockets,
    }),
  });
  await sockets.start();

  const api: KubernetesApi = {
    get url() {
      return `https://127.0.0.1:${sockets.port}`;
    },
    ca: authority.cert,
    authority,
    admin,
    state,
    requests: log.records,
    surprises: log.surprises,
    get connections() {
      return sockets.connections;
    },
    get tlsSessions() {
      return sockets.tlsSessions;
    },
    get openConnections() {
      return sockets.openConnections;
    },
    get peakInFlight() {
      return log.peakInFlight;
    },
    forgetRequests: () => {
      log.records.length = 0;
      log.peakInFlight = log.inFlight;
    },
    addUser: (name, groups = []) => authenticator.add({ name, groups }),
    clientCertificate: (user, groups) => authority.issueClient(user, groups),
    kubeconfig: (user = admin) => kubeconfig({ url: api.url, ca: authority.cert }, user),
    fault: faults.add,
    clearFaults: faults.clear,
    goAway: sockets.goAway,
    resetConnections: sockets.resetAll,
    compact: store.compact,
    stop: sockets.stop,
    start: sockets.start,
    close: sockets.stop,
  };
  return api;
}

function kubeconfig(
  server: { readonly url: string; readonly ca: string },
  user: { readonly name: string; readonly token: string },
): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "fake",
        cluster: {
          server: server.url,
          "certificate-authority-data": Buffer.from(server.ca).toString("base64"),
        },
      },
    ],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: user.name } }],
    "current-context": "fake",
  });
}
