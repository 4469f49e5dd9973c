/** Which functions of CEL the fake's interpreter and the API server have in common. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { Surprise } from "../status.ts";

const words = (text: string) => new Set(text.split(/\s+/));

/** The contract suite compares what they come to. */
const compared = words(`
  has all exists exists_one map filter size startsWith endsWith contains matches split join
  lowerAscii upperAscii trim substring indexOf string int dyn type orValue hasValue none
  timestamp duration`);

/** The API server has these; whether the interpreter does the same nobody has looked. */
const unknown = words(`
  replace format lastIndexOf charAt find findAll quote reverse isSorted sum min max flatten sort
  sortBy slice distinct range first last transformList transformMap transformMapEntry existsOne
  equivalent intersects optMap optFlatMap or value of ofNonZeroValue bool bytes double uint
  getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear getHours getMinutes
  getSeconds getMilliseconds url isURL getScheme getHost getHostname getPort getEscapedPath getQuery
  ip isIP family isCanonical isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast
  isGlobalUnicast cidr isCIDR containsIP containsCIDR masked prefixLength quantity isQuantity
  asInteger asApproximateFloat sign add sub isInteger isGreaterThan isLessThan compareTo semver
  isSemver major minor patch path group serviceAccount resource subresource namespace name check
  allowed reason errored error fieldSelector labelSelector escapeKey named validate`);

const namespaces = words("sets math authorizer strings lists base64 jsonpatch");

/** With two variables, for a key and its value. */
const twofold = words("all exists exists_one");

/**
 * @returns the first name that no API server knows as a function; undefined: there is none
 * @throws Surprise a function that the API server has, and that wasn't compared
 */
export function undeclaredFunction(node: unknown): string | undefined {
  if (Array.isArray(node)) {
    return node.map(undeclaredFunction).find((name) => name !== undefined);
  }
  if (!isNode(node)) {
    return undefined;
  }
  return calledWithout(node) ?? undeclaredFunction(node.args);
}

function calledWithout(node: ASTNode): string | undefined {
  if (node.op === "id" && namespaces.has(node.args)) {
    throw new Surprise(`the CEL library ${node.args}`);
  }
  if (node.op !== "call" && node.op !== "rcall") {
    return undefined;
  }
  const name = node.args[0];
  const given = node.args.at(-1);
  const count = Array.isArray(given) ? given.length : 0;
  if (unknown.has(name) || (twofold.has(name) && count > 2)) {
    throw new Surprise(`the CEL function ${name} with ${count} arguments`);
  }
  return compared.has(name) ? undefined : name;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}
