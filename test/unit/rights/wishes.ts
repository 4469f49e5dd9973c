/** Short ways to say what a config wants in a cluster, for tests of its rights. */
import { parseLabelSelector } from "../../../src/config/label-selector.ts";
import type { NamespaceSelection } from "../../../src/config/namespace-selection.ts";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";
import type { Rights, RightsWish, Subject } from "../../../src/rights/rights.ts";
import { owner, pullSecret } from "../refresh/builders.ts";

export const usual = "ecr-pull-secrets";
export const account: Subject = { kind: "ServiceAccount", namespace: usual, name: usual };
export const group: Subject = { kind: "Group", name: usual };

export function namespaces(
  include: readonly string[],
  more: { readonly exclude?: readonly string[]; readonly selector?: string } = {},
): NamespaceSelection {
  const { exclude = [], selector } = more;
  const parsed = selector === undefined ? undefined : parseLabelSelector(selector);
  return { include, exclude, selector: parsed };
}

/** Each entry is a pull secret of a config: by default `ecr-pull` in all namespaces but kube-*. */
export function wishFor(
  entries: readonly Partial<PullSecretConfig>[],
  more: Partial<RightsWish> = {},
): RightsWish {
  return {
    cluster: "prod-eu",
    owner,
    desired: entries.map((entry) => pullSecret(entry)),
    subject: account,
    namespace: usual,
    withPolicy: true,
    ...more,
  };
}

export function objectOf(rights: Rights, kind: string, name: string = usual): KubernetesObject {
  const found = rights.objects.find(
    (object) => object.kind === kind && object.metadata.name === name,
  );
  if (!found) throw new Error(`these rights hold no ${kind} ${name}`);
  return found;
}
