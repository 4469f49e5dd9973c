/**
 * Preloaded into a process (`node --import`): the names of EKS API servers lead to this machine.
 * The program signs tokens for no other names, and nobody else's resolver knows these.
 */
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const isEks = (name: string) => name.endsWith(".eks.amazonaws.com");
const led = (name: unknown) => (typeof name === "string" && isEks(name) ? "127.0.0.1" : name);

for (const resolver of [dns, dns.promises]) {
  const { lookup } = resolver;
  // An address is looked up as what it is, in whatever form the caller wants it.
  const leading = (name: unknown, ...more: unknown[]) =>
    Reflect.apply(lookup, resolver, [led(name), ...more]);
  Object.assign(resolver, { lookup: leading });
}
syncBuiltinESMExports();
