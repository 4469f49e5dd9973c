/** What all contestants write: the same bytes, under a name of their own, into the same namespaces. */
import { createHash } from "node:crypto";
import { writeDockerConfig } from "../../../src/pull-secrets/docker-config.ts";
import { layoutOf } from "../../../src/pull-secrets/layout.ts";
import { pullSecretManifest, type SecretManifest } from "../../../src/pull-secrets/manifest.ts";
import { dockerConfigJsonKey } from "../../../src/pull-secrets/names.ts";
import type { RegistryCredential } from "../../../src/refresh/credential.ts";
import { SecretValue } from "../../../src/secret-value.ts";

/** Each has its own: one that took another's fields would make it see somebody's interference. */
export const secretNames = { sweep: "ecr-pull", bare: "ecr-pull-bare", stock: "ecr-pull-stock" };

export const namespacePrefix = "team-";
export const owner = { account: "123456789012", region: "us-east-1", stage: "bench" };

const hourMs = 3_600_000;
const host = `${owner.account}.dkr.ecr.${owner.region}.amazonaws.com`;
// As Amazon ECR's are: about 2.5 kB of base64.
const passwordLength = 2_500;

/** Seven hours apart: past half of the twelve that a token lives, so that everything is due. */
export function renewalTime(renewal: number): Date {
  return new Date(Date.UTC(2030, 0, 1) + renewal * 7 * hourMs);
}

export function credentialOf(renewal: number): RegistryCredential {
  const issuedAt = renewalTime(renewal);
  return {
    kind: "login",
    username: "AWS",
    password: new SecretValue(passwordOf(renewal)),
    issuedAt,
    expiresAt: new Date(issuedAt.getTime() + 12 * hourMs),
    hosts: [host],
  };
}

/** As the sweep writes it. */
function manifestOf(namespace: string, name: string, renewal: number): SecretManifest {
  const credential = credentialOf(renewal);
  const { issuedAt: issued, expiresAt: expires } = credential;
  const registry = `${owner.account}.dkr.ecr.${owner.region}`;
  return pullSecretManifest({
    namespace,
    name,
    layout: layoutOf({ type: "dockerconfigjson", email: undefined }),
    data: { [dockerConfigJsonKey]: writeDockerConfig(new Map([[host, credential]])) },
    stamps: {
      owner: `${owner.account}/${owner.region}/${owner.stage}`,
      refreshedAt: issued,
      shape: "0123456789abcdef",
      registries: new Map([[registry, { issued, expires, source: "fedcba9876543210" }]]),
      serviceAccounts: undefined,
      contention: undefined,
    },
  });
}

/** As Kubernetes takes it. */
export function secretOf(namespace: string, name: string, renewal: number) {
  const { labels, annotations, type, data } = manifestOf(namespace, name, renewal);
  const encoded = Object.entries(data).map(([key, value]) => [
    key,
    Buffer.from(value.reveal()).toString("base64"),
  ]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels, annotations },
    type,
    data: Object.fromEntries(encoded) as Record<string, string>,
  };
}

function passwordOf(renewal: number): string {
  let password = "";
  for (let part = 0; password.length < passwordLength; part += 1) {
    password += createHash("sha512").update(`${renewal}/${part}`).digest("base64url");
  }
  return password.slice(0, passwordLength);
}
