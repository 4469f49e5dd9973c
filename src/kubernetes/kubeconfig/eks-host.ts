/**
 * Which host names belong to API servers that AWS runs: a token that is signed with our identity may
 * go there, and nowhere else.
 * https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
 */

const region = "([a-z]{2,}(?:-[a-z]+)+-\\d{1,2})";
/** Below `eks.` of each partition there are clusters only: `<id>.gr7.eu-west-1.eks.amazonaws.com`. */
const ipv4Suffixes = [
  "amazonaws\\.com",
  "amazonaws\\.com\\.cn",
  "amazonaws\\.eu",
  "c2s\\.ic\\.gov",
  "sc2s\\.sgov\\.gov",
  "csp\\.hci\\.ic\\.gov",
  "cloud\\.adc-e\\.uk",
].join("|");
const ipv4Host = new RegExp(`^[a-z\\d.-]+\\.${region}\\.eks\\.(?:${ipv4Suffixes})$`);
/**
 * `<id>.us-west-2.api.aws`, where all services live that speak IPv6: one of them serves what any
 * customer writes (`<id>.execute-api.us-west-2.api.aws`). An EKS id is hexadecimal, and the label that
 * may come after it is short.
 */
const dualStackSuffixes = ["aws", "amazonwebservices\\.com\\.cn", "amazonwebservices\\.eu"].join(
  "|",
);
const dualStackHost = new RegExp(
  `^[\\da-f]{32}(?:\\.[a-z\\d]{2,4})?\\.${region}\\.api\\.(?:${dualStackSuffixes})$`,
);

/** The region of an EKS API server, from its host name; undefined: it isn't one. */
export function eksRegionOf(hostname: string): string | undefined {
  return (ipv4Host.exec(hostname) ?? dualStackHost.exec(hostname))?.[1];
}

export function isEksHost(hostname: string): boolean {
  return eksRegionOf(hostname) !== undefined;
}
