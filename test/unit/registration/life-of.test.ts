import { expect, test } from "vitest";
import type { StoredCredential } from "../../../src/clusters/stored-credential.ts";
import { lifeOf } from "../../../src/registration/access/stored-kubeconfigs.ts";

const issuedAt = new Date("2026-11-21T12:00:00Z");
const expiresAt = new Date("2026-12-21T12:00:00Z");
const account = { namespace: "ecr-pull-secrets", name: "ecr-pull-secrets" };

test.each<StoredCredential>([
  { kind: "service-account-token", ...account, issuedAt, expiresAt, wantedLifetimeSeconds: 600 },
  { kind: "token", issuedAt, expiresAt },
  { kind: "client-certificate", issuedAt, expiresAt },
])("of a $kind with both times, the life is known", (credential) => {
  expect(lifeOf(credential)).toEqual({ issuedAt, expiresAt });
});

test.each<StoredCredential>([
  { kind: "token", issuedAt: undefined, expiresAt: undefined },
  { kind: "token", issuedAt, expiresAt: undefined },
  { kind: "token", issuedAt: undefined, expiresAt },
  { kind: "eks" },
])("of %o, no life is known", (credential) => {
  expect(lifeOf(credential)).toBeUndefined();
});
