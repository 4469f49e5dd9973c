/**
 * Ask an image's registry for it, with the login that the cluster's pull secrets hold: minted as a
 * sweep does, by whoever sweeps.
 */
import { AwsError, MintError } from "../errors.ts";
import { type Principal, principalOf } from "../registries/principal.ts";
import { RegistryError } from "../registries/registry-error.ts";
import { catalogue, failed, skipped } from "./catalogue.ts";
import { mintOrError } from "./check-registries.ts";
import type { CheckResult } from "./check-report.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { CheckPorts } from "./ports.ts";
import { type Holder, holdersOf, judgeOtherHosts, judgeUncovered } from "./rules/image-holders.ts";
import { type AskedImage, judgeAnswer } from "./rules/judge-image.ts";

type Ports = Pick<CheckPorts, "credentials" | "images">;

/** A line per login that opens the registry: two pull secrets may have it of two roles. */
export async function checkImage(
  diagnosis: Diagnosis,
  ports: Ports,
  abort: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { image, desired, isLeftAlone, owner } = diagnosis;
  if (image === undefined) {
    return [];
  }
  if (isLeftAlone) {
    return [skipped(catalogue.image, catalogue.reached)];
  }
  const holders = holdersOf(desired, (each) => ports.credentials.covers(each, image.host));
  return holders.length === 0
    ? [judgeUncovered(image)]
    : await Promise.all(holders.map((holder) => ask({ image, holder, owner }, ports, abort)));
}

async function ask(
  asked: AskedImage & { readonly holder: Holder },
  { credentials, images }: Ports,
  abort: AbortSignal,
): Promise<CheckResult> {
  const { image, holder } = asked;
  const { registry } = holder;
  const login = await mintOrError(registry, credentials);
  if (login instanceof MintError || login.kind !== "login") {
    return skipped(catalogue.image, catalogue.tokens);
  }
  // Of ECR's families of hosts, a secret has an entry for each that the config names, and no other.
  if (registry.type === "ecr" && !login.hosts.includes(image.host)) {
    return judgeOtherHosts(image, holder, login.hosts);
  }
  try {
    const answer = await images.find(image, login, abort);
    const mayLackPolicy = registry.type === "ecr" && answer.outcome === "refused";
    const principal = mayLackPolicy ? await minterOf(registry.roleArn, images) : undefined;
    return judgeAnswer(answer, asked, principal);
  } catch (error) {
    if (error instanceof RegistryError) {
      const { message, hint } = error;
      return failed(catalogue.image, { message, hint });
    }
    throw error;
  }
}

/** Undefined: it can't be told, and the registry's own answer has to do. */
async function minterOf(
  roleArn: string | undefined,
  { callerArn }: Ports["images"],
): Promise<Principal | undefined> {
  try {
    return principalOf(roleArn ?? (await callerArn()));
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
