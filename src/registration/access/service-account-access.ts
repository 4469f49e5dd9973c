/** The default access: a token of a ServiceAccount, which the deployed function renews by itself. */
import type { CredentialLife } from "../../clusters/record-state.ts";
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import { longestSchedule, minLifeMs } from "../../clusters/token-life.ts";
import { formatSpan } from "../../durations.ts";
import { UserError } from "../../errors.ts";
import { accountName } from "../../rights/names.ts";
import type { AccessKind } from "./access-kind.ts";
import { lifeOf } from "./stored-kubeconfigs.ts";
import { defaultLifetime, parseLifetime, survivedOutageMs } from "./token-lifetime.ts";

export interface ServiceAccountWish {
  readonly namespace: string;
  /**
   * What is asked for; the API server may grant less. Undefined: as the record asks for, or the
   * default.
   */
  readonly lifetimeSeconds: number | undefined;
  readonly schedulePeriodMs: number;
}

export function serviceAccountAccess(wish: ServiceAccountWish): AccessKind {
  const { namespace, lifetimeSeconds } = wish;
  const name = accountName;
  const token = { group: "", resource: "serviceaccounts", subresource: "token" };
  return {
    subject: { kind: "ServiceAccount", namespace, name },
    credential: `a token of ServiceAccount ${namespace}/${name}`,
    asked:
      lifetimeSeconds === undefined
        ? undefined
        : `asked for ${formatSpan(lifetimeSeconds * 1_000)}`,
    describeIssued: (life) => describeLife(life, wish),
    demands: [{ verb: "create", ...token, namespace, name }],
    demandsHint: `ask for \`create\` on serviceaccounts/token in namespace ${namespace}, or let somebody register who has it`,
    misfit: (stored) => misfit(stored, namespace),
    async issue({ admin, kubeconfigs }, former) {
      const seconds = lifetimeSeconds ?? wantedBefore(former) ?? parseLifetime(defaultLifetime);
      const { token, issuedAt, expiresAt } = await admin.createToken({ namespace, name }, seconds);
      const granted = { issuedAt, expiresAt };
      requireLife(granted, wish);
      const kubeconfig = kubeconfigs.render({ kind: "token", token }, seconds);
      return { kubeconfig, life: lifeOf(kubeconfigs.read(kubeconfig).credential) ?? granted };
    },
  };
}

function describeLife(life: CredentialLife | undefined, wish: ServiceAccountWish): string {
  if (life === undefined) {
    return "Token granted";
  }
  const lifeMs = life.expiresAt.getTime() - life.issuedAt.getTime();
  const askedMs = (wish.lifetimeSeconds ?? 0) * 1_000;
  const instead = lifeMs < askedMs - 1_000 ? ` instead of ${formatSpan(askedMs)}` : "";
  const outage = formatSpan(survivedOutageMs(lifeMs, wish.schedulePeriodMs));
  return `Token granted for ${formatSpan(lifeMs)}${instead}: survives an outage of ${outage}`;
}

function misfit(stored: StoredCredential, namespace: string): string | undefined {
  if (stored.kind !== "service-account-token") {
    return kindNames[stored.kind];
  }
  const fits = stored.namespace === namespace && stored.name === accountName;
  return fits ? undefined : `a token of ServiceAccount ${stored.namespace}/${stored.name}`;
}

const kindNames = {
  token: "a token that is no ServiceAccount's",
  "client-certificate": "a client certificate",
  eks: "an EKS cluster's name, for which tokens are signed",
} as const;

function wantedBefore(former: StoredCredential | undefined): number | undefined {
  return former?.kind === "service-account-token" ? former.wantedLifetimeSeconds : undefined;
}

function requireLife({ issuedAt, expiresAt }: CredentialLife, wish: ServiceAccountWish): void {
  const lifeMs = expiresAt.getTime() - issuedAt.getTime();
  const neededMs = minLifeMs(wish.schedulePeriodMs);
  if (lifeMs >= neededMs) {
    return;
  }
  const period = formatSpan(wish.schedulePeriodMs);
  throw new UserError(
    `the API server grants a token for ${formatSpan(lifeMs)}, and with a schedule of ${period} it has to last ${formatSpan(neededMs)}, six schedules`,
    { hint: remedy(lifeMs) },
  );
}

function remedy(lifeMs: number): string {
  const minutes = longestSchedule(lifeMs);
  const raise = "raise the API server's --service-account-max-token-expiration";
  return minutes < 1
    ? raise
    : `set \`schedule: rate(${minutes} minute${minutes === 1 ? "" : "s"})\` or less in the config and deploy it, or ${raise}`;
}
