/** A registered cluster: a real API server far away, and one that never says a word. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { startBenchCluster } from "../../bench/cluster/bench-cluster.ts";
import { openWays, type Way } from "../../bench/delay/ways.ts";

export interface CostCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly kubeconfigOfSilent: string;
  readonly version: string;
  readonly way: Way;
}

/** What `config/prod.yml` needs. */
const account = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: ecr-pull-secrets, namespace: kube-system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ecr-pull-secrets }
rules:
  - { apiGroups: [""], resources: [namespaces], verbs: [list] }
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [ecr-pull]
    verbs: [list, get, create, patch]
  - { apiGroups: [""], resources: [serviceaccounts], resourceNames: [default], verbs: [list, patch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ecr-pull-secrets }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ecr-pull-secrets }
subjects: [{ kind: ServiceAccount, name: ecr-pull-secrets, namespace: kube-system }]
`;

const day = 86_400;

export async function startCostCluster(
  namespaces: number,
  roundTripMs: number,
): Promise<CostCluster> {
  await using cleanup = new AsyncDisposableStack();
  const { controlPlane, version } = cleanup.use(await startBenchCluster(namespaces));
  const ways = cleanup.use(await openWays(controlPlane.url, [roundTripMs]));
  const silent = cleanup.use(await startSilentServer());
  const [way] = ways.list;
  if (!way) throw new Error("there is no way to the cluster");
  const kubeconfig = await controlPlane.serviceAccountKubeconfig(account, day);
  const reachedAt = (url: string) => kubeconfig.replaceAll(controlPlane.url, url);
  const running = cleanup.move();
  return {
    kubeconfig: reachedAt(way.url),
    kubeconfigOfSilent: reachedAt(silent.url),
    version,
    way,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** It takes connections, as a load balancer does whose servers are gone, and answers nothing. */
async function startSilentServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
