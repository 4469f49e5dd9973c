/** Which pull secrets have a login for an image's registry. */
import type { DesiredPullSecret } from "../../refresh/desired.ts";
import { ecrPublicHosts, type Registry } from "../../refresh/registries.ts";
import { formatImage, type ImageReference } from "../../registries/image-reference.ts";
import { catalogue, failed } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";

/** One login, and the pull secrets that hold it. */
export interface Holder {
  readonly registry: Registry;
  /** By name, for people. */
  readonly secrets: readonly string[];
}

export function holdersOf(
  desired: readonly DesiredPullSecret[],
  covers: (registry: Registry) => boolean,
): readonly Holder[] {
  const held = desired.flatMap(({ name: given, format, registries }) => {
    const name = format.type === "opaque" ? `${given} (opaque: no node reads it)` : given;
    return registries.filter(covers).map((registry) => ({ name, registry }));
  });
  const bySource = Map.groupBy(held, ({ registry }) => registry.source);
  return [...bySource.values()].flatMap((same) =>
    same.slice(0, 1).map(({ registry }) => ({ registry, secrets: same.map(({ name }) => name) })),
  );
}

export function judgeUncovered(image: ImageReference): CheckResult {
  return failed(catalogue.image, {
    message: `${formatImage(image)}: none of the cluster's pull secrets has a login for ${image.host}`,
    hint: `a public image needs none; else ${remedyFor(image)}`,
  });
}

function remedyFor(image: ImageReference): string {
  if (image.host === "registry-1.docker.io") {
    const name = formatImage({ ...image, host: "docker.io" });
    return `name it ${name}, as logins for Docker Hub go by docker.io`;
  }
  return `add ${entryFor(image.host)} to the registries of one, and deploy`;
}

/** @param hosts that the secret has entries for */
export function judgeOtherHosts(
  image: ImageReference,
  { secrets }: Holder,
  hosts: readonly string[],
): CheckResult {
  const family = familyOf(image.host);
  return failed(catalogue.image, {
    message: `${formatImage(image)}: ${secrets.join(", ")} has this registry's login for ${hosts.join(", ")}, and a node goes by the host`,
    hint: `name the image by a host that the secret has, or add ${family} to the registry's endpoints and deploy`,
  });
}

const ecrHost =
  /^(?<account>\d{12})\.dkr[.-]ecr(?<fips>-fips)?\.(?<region>[a-z]{2,4}(?:-[a-z]+)+-\d{1,2})\./;

/** As the config would write it. */
function entryFor(host: string): string {
  const { account, region } = ecrHost.exec(host)?.groups ?? {};
  if (account !== undefined) {
    const family = familyOf(host);
    const endpoints = family === "ipv4" ? "" : `, endpoints: [${family}]`;
    return `{ type: ecr, region: ${region}, accounts: ["${account}"]${endpoints} }`;
  }
  return ecrPublicHosts.includes(host)
    ? "{ type: ecr-public }"
    : `{ type: static, host: "${host}", secretId: … }`;
}

function familyOf(host: string): "ipv4" | "fips" | "dual-stack" {
  if (host.includes(".dkr-ecr.")) return "dual-stack";
  return host.includes(".dkr.ecr-fips.") ? "fips" : "ipv4";
}
