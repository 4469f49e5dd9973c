import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { partPath } from "./part-paths.ts";
import { type RunningProcess, startProcess } from "./processes.ts";
import type { Workspace } from "./workspace.ts";

const auditPolicyPath = join(import.meta.dirname, "audit-policy.yaml");

export interface Etcd {
  readonly url: string;
  readonly process: RunningProcess;
}

export async function startEtcd(workspace: Workspace): Promise<Etcd> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const process = await startProcess({
    command: partPath("etcd"),
    args: [
      // Only a machine that loses its power could lose data by this; tests gain half of their time.
      "--unsafe-no-fsync",
      "--log-level=warn",
      `--data-dir=${workspace.file("etcd")}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
    ],
    logFile: workspace.file("etcd.log"),
    ready: async () => (await fetch(`${url}/readyz`)).ok,
  });
  return { url, process };
}

/** Files in the workspace that the API server reads. */
export interface ApiServerFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly tokens: string;
  readonly serviceAccountKey: string;
  /** Undefined: no audit. */
  readonly auditLog: string | undefined;
  /** A kubeconfig; undefined: nobody reviews tokens. */
  readonly tokenReviewer: string | undefined;
}

export interface ApiServerSpec {
  readonly etcdUrl: string;
  readonly port: number;
  readonly files: ApiServerFiles;
  readonly goawayChance: number;
  readonly serviceAccountAdmission: boolean;
  readonly moreFlags: readonly string[];
  readonly ready: () => Promise<boolean>;
}

export async function startApiServer(
  spec: ApiServerSpec,
  workspace: Workspace,
): Promise<RunningProcess> {
  const { files } = spec;
  const issuer = "https://kubernetes.default.svc";
  const review = [`--authentication-token-webhook-config-file=${files.tokenReviewer}`];
  const audit = [`--audit-policy-file=${auditPolicyPath}`, `--audit-log-path=${files.auditLog}`];
  return await startProcess({
    command: partPath("kube-apiserver"),
    args: [
      `--etcd-servers=${spec.etcdUrl}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${spec.port}`,
      // It takes no loopback address for its Endpoints, which nobody needs here.
      "--endpoint-reconciler-type=none",
      // Open watches, the controller manager's above all, would hold a SIGTERM up for a minute.
      "--shutdown-watch-termination-grace-period=1s",
      `--tls-cert-file=${files.certificate}`,
      `--tls-private-key-file=${files.key}`,
      `--client-ca-file=${files.ca}`,
      `--token-auth-file=${files.tokens}`,
      `--service-account-key-file=${files.serviceAccountKey}`,
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      `--service-account-issuer=${issuer}`,
      `--api-audiences=${issuer}`,
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.0.0.0/24",
      `--goaway-chance=${spec.goawayChance}`,
      // Without a controller manager nobody makes the accounts that this plugin demands of a pod.
      ...(spec.serviceAccountAdmission ? [] : ["--disable-admission-plugins=ServiceAccount"]),
      ...(files.tokenReviewer === undefined ? [] : review),
      // 4 GiB: a rotated file would make counts wrong.
      ...(files.auditLog === undefined ? [] : [...audit, "--audit-log-maxsize=4096"]),
      ...spec.moreFlags,
    ],
    logFile: workspace.file("kube-apiserver.log"),
    ready: spec.ready,
  });
}

export interface ControllerManagerSpec {
  readonly kubeconfigPath: string;
  readonly caPath: string;
  readonly serviceAccountKeyPath: string;
  readonly ready: () => Promise<boolean>;
}

export async function startControllerManager(
  spec: ControllerManagerSpec,
  workspace: Workspace,
): Promise<RunningProcess> {
  return await startProcess({
    command: partPath("kube-controller-manager"),
    args: [
      `--kubeconfig=${spec.kubeconfigPath}`,
      `--root-ca-file=${spec.caPath}`,
      `--service-account-private-key-file=${spec.serviceAccountKeyPath}`,
      "--use-service-account-credentials",
      "--leader-elect=false",
      "--secure-port=0",
      // Its default of 20 requests per second would make tests wait for accounts of new namespaces.
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
    logFile: workspace.file("kube-controller-manager.log"),
    ready: spec.ready,
  });
}
