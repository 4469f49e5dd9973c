/** A real Kubernetes control plane: etcd, kube-apiserver and, if asked, kube-controller-manager. */
import { type AuditLog, createAuditLog } from "./audit-log.ts";
import { type ControlPlaneIdentity, createIdentity, getStatus } from "./control-plane-identity.ts";
import { startApiServer, startControllerManager, startEtcd } from "./control-plane-processes.ts";
import { type ApiServerAddress, renderKubeconfig } from "./kubeconfigs.ts";
import { createKubectl, type Kubectl } from "./kubectl.ts";
import { createServiceAccountKubeconfig } from "./service-account-kubeconfig.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

export interface ControlPlaneOptions {
  /** Of the cluster, user and context in its kubeconfigs. */
  readonly name?: string;
  /** `default` ServiceAccounts appear, namespaces finish terminating, token Secrets are filled. */
  readonly controllerManager?: boolean;
  /** Share of requests that get an HTTP/2 GOAWAY: 0 to 0.02, which is the server's own limit. */
  readonly goawayChance?: number;
  readonly audit?: boolean;
  /** Of the API server; a free one by default. */
  readonly port?: number;
  /** In the API server's certificate; default: localhost and its addresses. */
  readonly serverNames?: readonly string[];
  /** Whom the API server asks about bearer tokens that it doesn't know (TokenReview). */
  readonly tokenReviewer?: ApiServerAddress;
  /** More flags of the API server. */
  readonly apiServerFlags?: readonly string[];
}

export interface ControlPlane extends AsyncDisposable {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** With a client certificate of the group system:masters, as kind and kubeadm give it out. */
  readonly adminKubeconfig: string;
  readonly adminKubeconfigPath: string;
  /** Of the same group, for bare HTTP. */
  readonly adminToken: string;
  readonly kubectl: Kubectl;
  /** Its methods fail unless the control plane was started with `audit: true`. */
  readonly audit: AuditLog;
  /** Applies a manifest with one ServiceAccount and its rights; a kubeconfig with its token. */
  serviceAccountKubeconfig(manifestYaml: string, durationSeconds?: number): Promise<string>;
  /** A kubeconfig with a client certificate of this user and group. */
  userKubeconfig(user: string, group?: string): Promise<string>;
  /** SIGKILL (default) cuts connections, SIGTERM drains them. */
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Same port, certificate and data. */
  restartApiServer(signal?: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  await using cleanup = new AsyncDisposableStack();
  const workspace = await createWorkspace("control-plane");
  cleanup.defer(() => workspace.remove());
  const identity = await createIdentity(options, workspace);
  cleanup.defer(() => identity.agent.destroy());
  const etcd = await startEtcd(workspace);
  cleanup.defer(() => etcd.process.stop());

  const spec = {
    ...identity,
    etcdUrl: etcd.url,
    goawayChance: options.goawayChance ?? 0,
    moreFlags: options.apiServerFlags ?? [],
    serviceAccountAdmission: options.controllerManager ?? false,
    ready: () => answers(identity, "/readyz", "/api/v1/namespaces/default"),
  };
  let apiServer = await startApiServer(spec, workspace);
  cleanup.defer(() => apiServer.stop());
  if (options.controllerManager) {
    const controllers = await startControllers(identity, workspace);
    cleanup.defer(() => controllers.stop());
  }

  const running = cleanup.move();
  const stop = () => running.disposeAsync();
  return {
    ...describe(identity, workspace),
    stopApiServer: (signal) => apiServer.stop(signal),
    restartApiServer: async (signal = "SIGKILL") => {
      await apiServer.stop(signal);
      apiServer = await startApiServer(spec, workspace);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startControllers(identity: ControlPlaneIdentity, workspace: Workspace) {
  const spec = {
    kubeconfigPath: identity.adminKubeconfigPath,
    caPath: identity.files.ca,
    serviceAccountKeyPath: identity.files.serviceAccountKey,
    ready: () => answers(identity, "/api/v1/namespaces/default/serviceaccounts/default"),
  };
  return await startControllerManager(spec, workspace);
}

async function answers(identity: ControlPlaneIdentity, ...paths: string[]): Promise<boolean> {
  const statuses = await Promise.all(paths.map((path) => getStatus(identity, path)));
  return statuses.every((status) => status === 200);
}

function describe(identity: ControlPlaneIdentity, workspace: Workspace) {
  const { name, url, authority, adminKubeconfig, adminKubeconfigPath, adminToken } = identity;
  const kubectl = createKubectl(workspace, adminKubeconfigPath);
  const address = { url, ca: authority.cert };
  return {
    url,
    ca: authority.cert,
    adminKubeconfig,
    adminKubeconfigPath,
    adminToken,
    kubectl,
    audit: createAuditLog(identity.files.auditLog, (path) => getStatus(identity, path)),
    serviceAccountKubeconfig: (manifestYaml: string, durationSeconds?: number) =>
      createServiceAccountKubeconfig(manifestYaml, { kubectl, address }, durationSeconds),
    userKubeconfig: async (user: string, group?: string) => {
      const clientCertificate = await authority.issueClient(user, group ? [group] : []);
      return renderKubeconfig(name, address, { clientCertificate });
    },
  };
}
