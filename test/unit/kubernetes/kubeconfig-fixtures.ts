import { inspect } from "node:util";
import { expect } from "vitest";
import { stringify } from "yaml";
import { KubeconfigError } from "../../../src/errors.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import { createCertificateAuthority } from "../../fakes/certificates.ts";

/** In every value that a kubeconfig shouldn't show; no message, hint or cause may hold it. */
export const canary = "c4n4ry";

export const now = new Date("2026-03-01T12:00:00Z");
export const past = new Date("2026-02-01T00:00:00Z");
export const future = new Date("2026-06-01T00:00:00Z");

const always = { notBefore: new Date("2025-01-01T00:00:00Z"), notAfter: future };
export const ca = await createCertificateAuthority("test-ca", always);
export const expiredCa = await createCertificateAuthority("old-ca", { ...always, notAfter: past });
export const client = await ca.issueClient("alice", ["dev"], always);
export const otherClient = await ca.issueClient("bob", [], always);
export const expiredClient = await ca.issueClient("carol", [], { ...always, notAfter: past });

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.${canary}`;
}

export const token = `${canary}-token`;

export interface Parts {
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly top?: Readonly<Record<string, unknown>>;
}

/** A kubeconfig with one context; what is given replaces fields, and undefined removes them. */
export function kubeconfigObject({ cluster, user, top }: Parts = {}) {
  const server = "https://api.prod.example:6443";
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "prod-cluster", user: "prod-user" } }],
    clusters: [
      {
        name: "prod-cluster",
        cluster: { server, "certificate-authority-data": base64(ca.cert), ...cluster },
      },
    ],
    users: [{ name: "prod-user", user: user ?? { token } }],
    ...top,
  };
}

export function kubeconfigText(parts: Parts = {}): string {
  return stringify(kubeconfigObject(parts), { aliasDuplicateObjects: false });
}

export function parse(text: string, insecureTlsAllowed = false) {
  return parseUntrustedKubeconfig(text, { source: "prod-eu", insecureTlsAllowed, now });
}

/** The error that `run` ends with, after checking that nothing of the kubeconfig's values is in it. */
export async function refusalBy(run: () => unknown): Promise<KubeconfigError> {
  const error: unknown = await Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  if (!(error instanceof KubeconfigError)) {
    throw new Error("expected a KubeconfigError", { cause: error });
  }
  expect(error.hint).toMatch(/\w/);
  const everything = inspect(error, { depth: 20, showHidden: true, maxStringLength: null });
  expect(`${everything}\n${error.message}\n${error.hint}`).not.toContain(canary);
  return error;
}
