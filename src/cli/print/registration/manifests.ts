/** Objects as `kubectl apply -f` takes them. */
import { stringify } from "yaml";
import { formatOwner } from "../../../refresh/rules/ownership.ts";
import type { Registrant } from "../../../registration/marks.ts";
import type { KubernetesObject } from "../../../rights/kubernetes-object.ts";

export function renderManifests(
  objects: readonly KubernetesObject[],
  { cluster, owner }: Registrant,
): string {
  const head = `# What ${cluster} grants to the deployment ${formatOwner(owner)}.
# Made from its config: when that changes, print this again.`;
  // kubectl reads YAML 1.1, where more words than in 1.2 are no strings: yes, on, 012.
  const options = { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false } as const;
  const documents = objects.map((object) => stringify(object, options).trimEnd());
  return [head, ...documents].join("\n---\n");
}
