/** What a person's kubeconfig offers, without a look at credentials: no plugin runs. */
import { KubeconfigError } from "../errors.ts";
import { chooseContext, type Kubeconfig } from "./kubeconfig/context.ts";
import { type KubeconfigLookup, readKubeconfigs } from "./kubeconfig/files.ts";
import { type Place, within } from "./kubeconfig/refusal.ts";
import { parseServer } from "./kubeconfig/server.ts";
import { clusterSchema, shapeOf } from "./kubeconfig/shape.ts";

export interface KubeconfigContext {
  readonly name: string;
  readonly isCurrent: boolean;
  /** Undefined: it leads nowhere, and using it would say why. */
  readonly server: URL | undefined;
}

/** In the order of the files. @throws KubeconfigError if there is no kubeconfig to read */
export async function listContexts(
  lookup: KubeconfigLookup,
): Promise<readonly KubeconfigContext[]> {
  const { kubeconfig, place } = await readKubeconfigs(lookup);
  return kubeconfig.contexts.map(({ name }) => ({
    name,
    isCurrent: name === kubeconfig.currentContext,
    server: serverOf(kubeconfig, name, place),
  }));
}

function serverOf(kubeconfig: Kubeconfig, context: string, whole: Place): URL | undefined {
  try {
    const { value, place } = chooseContext(kubeconfig, context, whole).cluster;
    const { server } = shapeOf(clusterSchema, value, place);
    return parseServer(server, within(place, "server"), { loopbackHttpAllowed: true });
  } catch (error) {
    if (error instanceof KubeconfigError) {
      return undefined;
    }
    throw error;
  }
}

/** Those that lead to this API server; the current one first. */
export function contextsOf(
  server: URL,
  contexts: readonly KubeconfigContext[],
): readonly KubeconfigContext[] {
  return contexts
    .filter((context) => context.server?.href === server.href)
    .sort((one, other) => Number(other.isCurrent) - Number(one.isCurrent));
}
