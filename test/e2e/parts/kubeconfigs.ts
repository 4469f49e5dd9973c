/** Kubeconfigs as people have them: an admin's with a client certificate, an account's with a token. */
import { stringify } from "yaml";
import type { KeyPair } from "../../fakes/certificates.ts";

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

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
