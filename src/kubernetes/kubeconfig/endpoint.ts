import type { ClusterEndpoint } from "../cluster-access.ts";
import { type PemText, parseAuthorities } from "./certificate.ts";
import { type Place, refusal, within } from "./refusal.ts";
import { parseProxy, parseServer, parseTlsServerName } from "./server.ts";
import type { ClusterFields } from "./shape.ts";

export interface EndpointSource {
  readonly context: string;
  readonly cluster: ClusterFields;
  readonly place: Place;
  readonly ca: PemText | undefined;
}

export interface EndpointRules {
  readonly loopbackHttpAllowed: boolean;
  readonly now: Date;
}

/** The cluster's half of a kubeconfig, checked. @throws KubeconfigError */
export function endpointOf(source: EndpointSource, rules: EndpointRules): ClusterEndpoint {
  const { cluster, place, ca } = source;
  const insecure = cluster["insecure-skip-tls-verify"];
  if (insecure && ca !== undefined) {
    const problem = "contradicts the CA that is there, too";
    throw refusal(
      within(place, "insecure-skip-tls-verify"),
      problem,
      "Remove it: the CA is better.",
    );
  }
  return {
    context: source.context,
    server: parseServer(cluster.server, within(place, "server"), rules),
    ca: ca && parseAuthorities(ca, rules.now),
    tlsServerName: parseTlsServerName(cluster["tls-server-name"], within(place, "tls-server-name")),
    insecureSkipTlsVerify: insecure,
    proxy: parseProxy(cluster["proxy-url"], within(place, "proxy-url")),
  };
}
