/** How long a ServiceAccount's token may live, and has to. Pure. */

const schedulesPerLife = 6;

/** Three sweeps until it is due, and three more to renew it: less is no life to rely on. */
export function minLifeMs(schedulePeriodMs: number): number {
  return schedulesPerLife * schedulePeriodMs;
}

/** The longest schedule that a token of this life can do with, in whole minutes. */
export function longestSchedule(lifeMs: number): number {
  return Math.floor(lifeMs / schedulesPerLife / 60_000);
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
export const grantableSeconds = { min: 600, max: 2 ** 32 } as const;

/**
 * kube-apiserver takes this number for a sign that it was the kubelet that asked, for a pod whose
 * client may never read its next token, and grants a year (--service-account-extend-token-expiration):
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/core/serviceaccount/storage/token.go#L234
 */
const podSeconds = 3_607;

/** The same, but for a number that asks for something else: one second more is what was meant. */
export function askableSeconds(seconds: number): number {
  return seconds === podSeconds ? podSeconds + 1 : seconds;
}
