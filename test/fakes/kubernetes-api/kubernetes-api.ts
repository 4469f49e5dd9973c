/**
 * A Kubernetes API server over real sockets, for tests: as much of one as pull secrets need, and
 * nothing that a real one would refuse. What it doesn't imitate it answers with 500, and notes in
 * `surprises`. The contract suite holds it to the real server's behaviour.
 */
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type KeyPair,
} from "../certificates.ts";
import { createJudge } from "./admission/judge.ts";
import type { KubernetesApiOptions } from "./api-options.ts";
import { createAuthenticator, type StaticUser } from "./auth.ts";
import { type ClusterState, createClusterState } from "./cluster-state.ts";
import { createFaults, type Fault, type FaultScript } from "./faults.ts";
import { type KubeconfigContext, type KubeconfigUser, renderKubeconfig } from "./kubeconfig.ts";
import { createNamespaceController } from "./namespace-end.ts";
import { createRequestListener, type RequestLog, type RequestRecord } from "./server.ts";
import { createTokenIssuer } from "./service-account-tokens.ts";
import { createSockets, type Sockets } from "./sockets.ts";
import { createStore } from "./store.ts";

export type { KubernetesApiOptions };

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
  /** Tokens of service accounts that were ever issued, the oldest first. */
  readonly issuedTokens: readonly string[];
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
  /**
   * With inline CA and login; default user: admin, default contexts: one called `fake`. A context
   * may have a user or server of its own. The first is the current one, unless another is named;
   * null: none is.
   */
  kubeconfig(
    user?: KubeconfigUser,
    contexts?: readonly Partial<KubeconfigContext>[],
    current?: string | null,
  ): string;
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
        afterRequest:
          options.namespacesEndAfter === undefined
            ? () => undefined
            : createNamespaceController(cluster, options.namespacesEndAfter),
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
    issuedTokens: tokens.issued,
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
    kubeconfig: (user = admin, contexts = [{}], current) => {
      const server = { url: api.url, ca: authority.cert };
      const fake = { name: "fake", user, server };
      return renderKubeconfig(
        contexts.map((context) => ({ ...fake, ...context })),
        current,
      );
    },
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
