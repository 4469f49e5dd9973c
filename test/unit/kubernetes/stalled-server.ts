/** A process of its own: an API server that stands still for a while in the midst of many writes. */
import { startKubernetesApi } from "../../fakes/kubernetes-api/kubernetes-api.ts";

const stallMs = 750;
const api = await startKubernetesApi({ namespaces: ["web"] });
process.stdout.write(`${JSON.stringify(api.kubeconfig())}\n`);

const watch = setInterval(() => {
  if (api.requests.some(({ method }) => method === "PATCH")) {
    clearInterval(watch);
    // Nothing of this process runs meanwhile: its sockets fill up.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
  }
}, 1);
