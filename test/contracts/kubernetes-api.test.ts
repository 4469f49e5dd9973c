import type { KubernetesApiOptions } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { kubernetesApiContract, kubernetesControllerContract } from "./kubernetes-api.ts";
import { contractTarget } from "./kubernetes-target.ts";

kubernetesApiContract("the fake Kubernetes API", () => start({}));

kubernetesControllerContract("the fake Kubernetes API with controllers", () =>
  start({ namespacesEndAfter: 1 }),
);

async function start(options: KubernetesApiOptions) {
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const api = await startKubernetesApi({ now, ...options });
  return contractTarget({
    url: api.url,
    ca: api.ca,
    adminToken: api.admin.token,
    nextSecond: async () => {
      aheadMs += 1000;
    },
    close: api.close,
  });
}
