/** The first step of the way to an API server: which addresses its name has. */
import type { LookupAddress } from "node:dns";
import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { ClusterEndpoint } from "./cluster-access.ts";
import { isPrivateAddress } from "./private-address.ts";
import { host, serverPlace } from "./transport/dial.ts";
import { connectFailure } from "./transport/errors.ts";
import { proxyPlace } from "./transport/proxy.ts";

export type Lookup = (name: string) => Promise<readonly LookupAddress[]>;

/** Only a name needs it; behind a proxy, the proxy's own. @throws TransientError, ClusterError */
export async function resolveName(endpoint: ClusterEndpoint, lookup: Lookup): Promise<string> {
  const { proxy } = endpoint;
  const name = proxy ? proxy.url.hostname.replace(/^\[|\]$/g, "") : host(endpoint);
  if (isIP(name) !== 0) {
    return `${name} is an address`;
  }
  const place = proxy ? proxyPlace(proxy) : serverPlace(endpoint, undefined);
  try {
    const found = await lookup(name);
    return `${name} is ${found.slice(0, maxAddresses).map(printed).join(", ")}`;
  } catch (error) {
    throw connectFailure(error, place);
  }
}

const maxAddresses = 4;

function printed({ address }: { readonly address: string }): string {
  return isPrivateAddress(address) ? `${address} (private)` : address;
}

export function systemAddresses(name: string): Promise<readonly LookupAddress[]> {
  return systemLookup(name, { all: true });
}
