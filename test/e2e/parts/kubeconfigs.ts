/** Kubeconfigs as people have them: an admin's with a client certificate, an account's with a token. */
import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import type { KeyPair } from "../../fakes/certificates.ts";
import type { Kubectl } from "./kubectl.ts";

export interface ApiServerAddress {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
}

export type KubeconfigUser = { readonly token: string } | { readonly clientCertificate: KeyPair };

export function renderKubeconfig(
  name: string,
  address: ApiServerAddress,
  user: KubeconfigUser,
): string {
  const cluster = { server: address.url, "certificate-authority-data": base64(address.ca) };
  const credentials =
    "token" in user
      ? { token: user.token }
      : {
          "client-certificate-data": base64(user.clientCertificate.cert),
          "client-key-data": base64(user.clientCertificate.key),
        };
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster }],
      users: [{ name, user: credentials }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    },
    { lineWidth: 0 },
  );
}

const manifestObject = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

/**
 * Applies a manifest that holds one ServiceAccount and its rights, and gives a kubeconfig with a
 * token for that account. Its namespace is made if it isn't there.
 */
export async function createServiceAccountKubeconfig(
  manifestYaml: string,
  context: { readonly kubectl: Kubectl; readonly address: ApiServerAddress },
  durationSeconds = 3600,
): Promise<string> {
  const { kubectl, address } = context;
  const account = findServiceAccount(manifestYaml);
  const namespace = stringify({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: account.namespace },
  });
  await kubectl(["apply", "-f", "-"], { input: `${namespace}---\n${manifestYaml}` });
  const duration = `--duration=${durationSeconds}s`;
  const flags = ["--namespace", account.namespace, duration];
  const token = (await kubectl(["create", "token", account.name, ...flags])).trim();
  return renderKubeconfig(account.name, address, { token });
}

function findServiceAccount(manifestYaml: string): { name: string; namespace: string } {
  for (const document of parseAllDocuments(manifestYaml)) {
    const object = manifestObject.safeParse(document.toJS());
    if (object.success && object.data.kind === "ServiceAccount") {
      const { name, namespace = "default" } = object.data.metadata;
      return { name, namespace };
    }
  }
  throw new Error("The manifest holds no ServiceAccount to make a kubeconfig for.");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
