/** The names of ECR's private registries. Pure. */
import { MintError } from "../errors.ts";
import type { EcrRegistry } from "../refresh/registries.ts";

/** The DNS suffixes under which one AWS partition offers its registries. */
export interface EcrDomain {
  readonly suffix: string;
  /** Undefined: AWS documents no such hosts there. */
  readonly dualStackSuffix?: string;
  readonly fips?: true;
}

/**
 * A closed list: whoever answers in ECR's place must not choose where pods send the password.
 * https://docs.aws.amazon.com/general/latest/gr/ecr.html
 */
const domains: readonly EcrDomain[] = [
  { suffix: "amazonaws.com", dualStackSuffix: "on.aws", fips: true },
  { suffix: "amazonaws.com.cn", dualStackSuffix: "on.amazonwebservices.com.cn" },
  { suffix: "amazonaws.eu" },
  { suffix: "c2s.ic.gov" },
  { suffix: "sc2s.sgov.gov" },
  { suffix: "cloud.adc-e.uk" },
  { suffix: "csp.hci.ic.gov" },
];

type EndpointFamily = EcrRegistry["endpoints"][number];

const ecrHost =
  /^(?<account>\d{12})\.dkr(?<separator>[.-])ecr(?:-fips)?\.(?<region>[a-z0-9-]{1,40})\.(?<suffix>[a-z0-9.-]{1,60})$/;

const scheme = "https://";

/**
 * The domain in the `proxyEndpoint` of an answer to a call in `region`.
 * @throws MintError (malformed)
 */
export function readProxyEndpoint(proxyEndpoint: string, region: string): EcrDomain {
  const isHttps = proxyEndpoint.startsWith(scheme);
  const found = isHttps ? parseEcrHost(proxyEndpoint.slice(scheme.length)) : undefined;
  if (found?.region === region) {
    return found.domain;
  }
  throw new MintError(
    "malformed",
    `ECR's answer has another proxyEndpoint than https://<account>.dkr.ecr.${region}.<AWS domain>, without port and path`,
    { hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS." },
  );
}

/**
 * Bare hosts of a registry, in the order of its endpoint families.
 * @throws MintError (malformed) for a family that the domain doesn't have
 */
export function ecrHosts(
  registry: Pick<EcrRegistry, "account" | "region" | "endpoints">,
  domain: EcrDomain,
): readonly string[] {
  return registry.endpoints.map((family) => {
    const tail = familyTail(family, registry.region, domain);
    if (tail === undefined) {
      throw unknownFamily(family, registry.region, domain);
    }
    return `${registry.account}.${tail}`;
  });
}

/** Whether a host is one of this registry's, of whatever family and partition. */
export function isHostOf(registry: Pick<EcrRegistry, "account" | "region">, host: string): boolean {
  const found = parseEcrHost(host);
  return found?.account === registry.account && found.region === registry.region;
}

function parseEcrHost(host: string) {
  const { account, separator, region, suffix } = ecrHost.exec(host)?.groups ?? {};
  const domain = domains.find((candidate) =>
    separator === "." ? candidate.suffix === suffix : candidate.dualStackSuffix === suffix,
  );
  return suffix === undefined || domain === undefined ? undefined : { account, region, domain };
}

function familyTail(
  family: EndpointFamily,
  region: string,
  { suffix, dualStackSuffix, fips }: EcrDomain,
): string | undefined {
  switch (family) {
    case "ipv4":
      return `dkr.ecr.${region}.${suffix}`;
    case "fips":
      return fips && `dkr.ecr-fips.${region}.${suffix}`;
    case "dual-stack":
      return dualStackSuffix && `dkr-ecr.${region}.${dualStackSuffix}`;
  }
}

function unknownFamily(family: EndpointFamily, region: string, domain: EcrDomain): MintError {
  return new MintError(
    "malformed",
    `ECR in ${region} (${domain.suffix}) has no ${family} hosts that this version knows`,
    { hint: `Remove ${family} from the registry's endpoints.` },
  );
}
