import { startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { kubernetesApiContract } from "./kubernetes-api.ts";
import { contractTarget } from "./kubernetes-target.ts";

kubernetesApiContract("the fake Kubernetes API", async () => {
  const api = await startKubernetesApi();
  return contractTarget({
    url: api.url,
    ca: api.ca,
    adminToken: api.admin.token,
    close: api.close,
  });
});
