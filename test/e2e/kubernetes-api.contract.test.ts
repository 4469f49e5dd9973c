import { kubernetesApiContract } from "../contracts/kubernetes-api.ts";
import { contractTarget } from "../contracts/kubernetes-target.ts";
import { startControlPlane } from "./parts/control-plane.ts";

kubernetesApiContract("real", async () => {
  const { url, ca, adminToken, stop } = await startControlPlane();
  return contractTarget({ url, ca, adminToken, close: stop });
});
