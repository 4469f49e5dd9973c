/**
 * The kubeconfig of the person at the command line: theirs, so it may read files and run programs, as
 * it does for kubectl. It goes without `KubeConfig` of `@kubernetes/client-node`, which (2.0.1) is no
 * kubectl: it throws where merged files repeat a name, ignores `tokenFile`, prefers files to inline
 * data, resolves no plugin beside its kubeconfig, gives plugins no KUBERNETES_EXEC_INFO, and quotes
 * what they print in its errors, tokens included. Rules: client-go, tools/clientcmd.
 */
import type { ClusterAccess, ClusterEndpoint } from "./cluster-access.ts";
import { decodeData } from "./kubeconfig/certificate.ts";
import { chooseContext, type NamedEntry } from "./kubeconfig/context.ts";
import { endpointOf } from "./kubeconfig/endpoint.ts";
import { type KubeconfigLookup, readKubeconfigs, readPem } from "./kubeconfig/files.ts";
import type { PluginHost } from "./kubeconfig/plugin.ts";
import { within } from "./kubeconfig/refusal.ts";
import { type ClusterFields, clusterSchema, shapeOf, userSchema } from "./kubeconfig/shape.ts";
import { trustedCredential } from "./kubeconfig/trusted-user.ts";

export interface TrustedOptions extends KubeconfigLookup, PluginHost {
  /** `--context`; undefined: the current one. */
  readonly context?: string | undefined;
}

/**
 * Runs no plugin yet: the first `credential()` does.
 * @throws KubeconfigError
 */
export async function loadTrustedKubeconfig(options: TrustedOptions): Promise<ClusterAccess> {
  const { kubeconfig, place } = await readKubeconfigs(options);
  const chosen = chooseContext(kubeconfig, options.context || undefined, place);
  const cluster = shapeOf(clusterSchema, chosen.cluster.value, chosen.cluster.place);
  const endpoint = await trustedEndpoint(chosen.name, cluster, chosen.cluster, options.now());
  const user = {
    name: chosen.user.name,
    fields: shapeOf(userSchema, chosen.user.value, chosen.user.place),
    place: chosen.user.place,
  };
  return { ...endpoint, credential: await trustedCredential(user, { endpoint, cluster }, options) };
}

async function trustedEndpoint(
  context: string,
  cluster: ClusterFields,
  { place }: NamedEntry,
  now: Date,
): Promise<ClusterEndpoint> {
  const dataPlace = within(place, "certificate-authority-data");
  const ca =
    decodeData(cluster["certificate-authority-data"], dataPlace) ??
    (await readPem(cluster["certificate-authority"], within(place, "certificate-authority")));
  return endpointOf({ context, cluster, place, ca }, { loopbackHttpAllowed: true, now });
}
