/** One context of a person's kubeconfig, as a kubeconfig of its own: nothing in it is resolved. */
import { stringify } from "yaml";
import { SecretValue } from "../secret-value.ts";
import { chooseContext } from "./kubeconfig/context.ts";
import { type KubeconfigLookup, readKubeconfigs } from "./kubeconfig/files.ts";

export interface MinifyOptions extends KubeconfigLookup {
  /** Undefined: the current one. */
  readonly context?: string | undefined;
}

/** What `kubectl config view --minify --raw` prints. @throws KubeconfigError */
export async function minifyKubeconfig(options: MinifyOptions): Promise<SecretValue> {
  const { kubeconfig, place } = await readKubeconfigs(options);
  const { name, cluster, user } = chooseContext(kubeconfig, options.context || undefined, place);
  const minified = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster.name, cluster: cluster.value }],
    users: [{ name: user.name, user: user.value }],
    contexts: [{ name, context: { cluster: cluster.name, user: user.name } }],
    "current-context": name,
  };
  // kubectl reads YAML 1.1, where more words than in 1.2 are no strings: yes, on, 012.
  return new SecretValue(stringify(minified, { compat: "yaml-1.1", lineWidth: 0 }));
}
