/**
 * A kubeconfig from a store: whoever may write there decides what it says. So it may hold values, but
 * name no file, run no program and weaken nothing. `KubeConfig` of `@kubernetes/client-node` has
 * nothing to add after these checks, and would undo some: it reads files while it loads, quotes the
 * text in its parse errors, and its YAML parser may see another document than the one checked here.
 */
import type { ClusterAuthentication, ClusterEndpoint } from "./cluster-access.ts";
import { decodeData } from "./kubeconfig/certificate.ts";
import { chooseContext, type NamedEntry, namedEntries } from "./kubeconfig/context.ts";
import { parseKubeconfigText, storedLimits } from "./kubeconfig/document.ts";
import { isEksHost } from "./kubeconfig/eks-host.ts";
import { requireEksRoute } from "./kubeconfig/eks-route.ts";
import { endpointOf } from "./kubeconfig/endpoint.ts";
import { wantedTokenSeconds } from "./kubeconfig/own-extension.ts";
import { type Place, refusal, within } from "./kubeconfig/refusal.ts";
import { shapeOf, strictClusterSchema, strictUserSchema } from "./kubeconfig/shape.ts";
import { refuseFile, untrustedAuthentication } from "./kubeconfig/untrusted-user.ts";

export interface UntrustedOptions {
  /** What messages call it: the record's name. */
  readonly source: string;
  readonly insecureTlsAllowed: boolean;
  /** Where a token may go that is signed for EKS; default: to the hosts that EKS gives out. */
  readonly isEksHost?: ((hostname: string) => boolean) | undefined;
  readonly now: Date;
}

export interface UntrustedKubeconfig {
  readonly endpoint: ClusterEndpoint;
  readonly authentication: ClusterAuthentication;
  /** How long a token of it should live when it is renewed; undefined: nobody noted it. */
  readonly wantedTokenSeconds: number | undefined;
}

/** @throws KubeconfigError: what is refused, where, why, and the next step; never a value. */
export function parseUntrustedKubeconfig(
  text: string,
  options: UntrustedOptions,
): UntrustedKubeconfig {
  const whole: Place = { source: options.source, path: "" };
  const kubeconfig = namedEntries(parseKubeconfigText(text, whole, storedLimits), whole);
  const { name, cluster, user, extensions } = chooseContext(kubeconfig, undefined, whole);
  const endpoint = untrustedEndpoint(name, cluster, options);
  const fields = shapeOf(strictUserSchema, user.value, user.place);
  const { now } = options;
  const authentication = untrustedAuthentication(fields, user.place, { endpoint, now });
  if (authentication.kind === "eks") {
    requireEksRoute(endpoint, cluster.place, options.isEksHost ?? isEksHost);
  }
  return { endpoint, authentication, wantedTokenSeconds: wantedTokenSeconds(extensions) };
}

function untrustedEndpoint(
  context: string,
  { value, place }: NamedEntry,
  { insecureTlsAllowed, now }: UntrustedOptions,
): ClusterEndpoint {
  const cluster = shapeOf(strictClusterSchema, value, place);
  refuseFile(cluster["certificate-authority"], within(place, "certificate-authority"));
  if (cluster["insecure-skip-tls-verify"] && !insecureTlsAllowed) {
    throw refusal(
      within(place, "insecure-skip-tls-verify"),
      "would send the credential to whoever answers",
      "Add the cluster's CA as certificate-authority-data, or allow it in the config " +
        "(allowInsecureTls).",
    );
  }
  const caPlace = within(place, "certificate-authority-data");
  const ca = decodeData(cluster["certificate-authority-data"], caPlace);
  return endpointOf({ context, cluster, place, ca }, { loopbackHttpAllowed: false, now });
}
