/** The contexts of a person's kubeconfig, by the API server that they lead to. */
import type { KubeconfigLookup } from "../kubernetes/kubeconfig/files.ts";
import { contextsOf, listContexts } from "../kubernetes/kubeconfig-contexts.ts";

/**
 * @returns the context that leads to an address; undefined: none does
 * @throws KubeconfigError if there is no kubeconfig to read
 */
export async function contextsByServer(
  lookup: KubeconfigLookup,
): Promise<(server: string) => string | undefined> {
  const contexts = await listContexts(lookup);
  return (server) => contextsOf(new URL(server), contexts)[0]?.name;
}
