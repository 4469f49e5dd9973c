/** What no simulated sweep comes to: nothing is due, and nobody is told. */
import { parseConfig } from "../../src/config/load.ts";
import type { ClusterApi } from "../../src/refresh/ports.ts";
import type { RefreshPorts } from "../../src/worker/ports.ts";

const unused = () => Promise.reject(new Error("nothing of that happens in a simulation"));

/** One pull secret, for namespaces that there are none of. */
const { pullSecrets } = parseConfig(
  JSON.stringify({
    schedule: "rate(10 minutes)",
    pullSecrets: [
      { name: "ecr-pull", namespaces: "*", registries: [{ type: "ecr", region: "us-east-1" }] },
    ],
  }),
  "config/simulated.yml",
);

export const unusedPorts = {
  pullSecrets,
  open: unused,
  credentials: {
    currentVersion: unused,
    mint: unused,
    covers: () => false,
    callsMade: () => 0,
  },
  owner: { account: "123456789012", region: "us-east-1", stage: "simulated" },
  rotation: {
    writer: { putPending: unused, promote: unused },
    kubeconfigs: { describe: () => ({ kind: "eks" }), withToken: (kubeconfig) => kubeconfig },
    tryOut: unused,
  },
  topic: undefined,
  isLocal: () => false,
  delayRetry: unused,
  swept: () => {},
  skipped: () => {},
  warned: () => {},
} satisfies Partial<RefreshPorts>;

export const unusedApi = {
  listSecrets: unused,
  listServiceAccounts: unused,
  findServiceAccount: unused,
  getSecret: unused,
  readSecret: unused,
  applySecret: unused,
  deleteSecret: unused,
  setImagePullSecrets: unused,
  listWorkloads: unused,
  findWorkload: unused,
  restartWorkload: unused,
} satisfies Partial<ClusterApi>;
