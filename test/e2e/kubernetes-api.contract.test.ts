import { setTimeout as sleep } from "node:timers/promises";
import {
  kubernetesApiContract,
  kubernetesControllerContract,
} from "../contracts/kubernetes-api.ts";
import { contractTarget } from "../contracts/kubernetes-target.ts";
import { type ControlPlaneOptions, startControlPlane } from "./parts/control-plane.ts";

kubernetesApiContract("real", () => start({}));

kubernetesControllerContract("real, with controllers", () => start({ controllerManager: true }));

async function start(options: ControlPlaneOptions) {
  const { url, ca, adminToken, stop } = await startControlPlane(options);
  return contractTarget({ url, ca, adminToken, nextSecond: () => sleep(1100), close: stop });
}
