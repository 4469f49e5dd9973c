/** Kubeconfigs for fakes, with everything inline. */
import { stringify } from "yaml";
import type { KeyPair } from "../certificates.ts";

export interface KubeconfigServer {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
}

export type KubeconfigUser =
  | { readonly name: string; readonly token: string }
  | { readonly name: string; readonly certificate: KeyPair };

export interface KubeconfigContext {
  readonly name: string;
  readonly user: KubeconfigUser;
  readonly server: KubeconfigServer;
  readonly namespace?: string | undefined;
}

/** The first context is the current one, unless another is named; null: none is. */
export function renderKubeconfig(
  contexts: readonly KubeconfigContext[],
  current: string | null = contexts[0]?.name ?? null,
): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map(({ name, server }) => ({
      name,
      cluster: {
        server: server.url,
        "certificate-authority-data": base64(server.ca),
      },
    })),
    users: contexts.map((context) => ({ name: userEntry(context), user: login(context.user) })),
    contexts: contexts.map(({ name, namespace, ...rest }) => ({
      name,
      context: {
        cluster: name,
        user: userEntry({ name, ...rest }),
        ...(namespace === undefined ? {} : { namespace }),
      },
    })),
    ...(current === null ? {} : { "current-context": current }),
  });
}

/** Two contexts may have users of one name with different logins. */
function userEntry({ name, user }: Pick<KubeconfigContext, "name" | "user">): string {
  return name === "fake" ? user.name : `${user.name}@${name}`;
}

function login(user: KubeconfigUser): object {
  return "token" in user
    ? { token: user.token }
    : {
        "client-certificate-data": base64(user.certificate.cert),
        "client-key-data": base64(user.certificate.key),
      };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
