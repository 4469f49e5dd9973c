/**
 * A kubeconfig from a store: whoever may write there decides what it says. So it may hold values, but
 * name no file, run no program and weaken nothing. `KubeConfig` of `@kubernetes/client-node` has
 * nothing to add after these checks, and would undo some: it reads files while it loads, quotes the
 * text in its parse errors, and its YAML parser may see another document than the one checked here.
 */

import type { ClusterAuthentication, ClusterEndpoint } from "./cluster-access.ts";
import { decodeData } from "./kubeconfig/certificate.ts";
import { chooseContext, type NamedEntry, namedEntries } from "./kubeconfig/context.ts";
import { parseKubeconfigText } from "./kubeconfig/document.ts";
import { endpointOf } from "./kubeconfig/endpoint.ts";
import { type Place, refusal, within } from "./kubeconfig/refusal.ts";
import { shapeOf, strictClusterSchema, strictUserSchema } from "./kubeconfig/shape.ts";
import { refuseFile, untrustedAuthentication } from "./kubeconfig/untrusted-user.ts";

export interface UntrustedOptions {
  /** What messages call it: the record's name. */
  readonly source: string;
  readonly insecureTlsAllowed: boolean;
  readonly now: Date;
}

export interface UntrustedKubeconfig {
  readonly endpoint: ClusterEndpoint;
  readonly authentication: ClusterAuthentication;
}

/** The most that Secrets Manager holds; aliases have no place in a file of this kind. */
const limits = { maxBytes: 64 * 1024, maxAliasCount: 0 };

/** @throws KubeconfigError: what is refused, where, why, and the next step; never a value. */
export function parseUntrustedKubeconfig(
  text: string,
  options: UntrustedOptions,
): UntrustedKubeconfig {
  const whole: Place = { source: options.source, path: "" };
  const kubeconfig = namedEntries(parseKubeconfigText(text, whole, limits), whole);
  const { name, cluster, user } = chooseContext(kubeconfig, undefined, whole);
  const endpoint = untrustedEndpoint(name, cluster, options);
  const fields = shapeOf(strictUserSchema, user.value, user.place);
  const { now } = options;
  const authentication = untrustedAuthentication(fields, user.place, {
    server: endpoint.server,
    now,
  });
  return { endpoint, authentication };
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
