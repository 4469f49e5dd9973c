import { BlockList, isIPv6 } from "node:net";

const networks = new BlockList();
for (const [network, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
] as const) {
  networks.addSubnet(network, prefix);
}
for (const [network, prefix] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  networks.addSubnet(network, prefix, "ipv6");
}

/** One that only a machine in the right network can reach, whatever the firewalls say. */
export function isPrivateAddress(address: string): boolean {
  return networks.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
