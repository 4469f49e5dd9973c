/**
 * What Kubernetes takes as a name. The length comes first in each expression (as a lookahead), so
 * that a hostile text is refused before anything can backtrack over it.
 */

/** DNS-1123 subdomain: names of Secrets and ServiceAccounts, prefixes of label keys. */
export const dnsSubdomain =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A label's value, and its key without the prefix; a value may also be empty. */
export const labelName = /^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
