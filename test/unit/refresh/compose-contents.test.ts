import { expect, test } from "vitest";
import { composeContents } from "../../../src/refresh/apply/compose-contents.ts";
import type { SecretWrite } from "../../../src/refresh/rules/secret-write.ts";
import { unusedApi } from "../../simulation/unused-ports.ts";
import { credential, pullSecret } from "./builders.ts";

const secret = pullSecret();
const fresh = secret.registries.map((registry) => ({ registry, credential: credential() }));
const api = { ...unusedApi, listNamespaces: unusedApi.listSecrets };

const writeTo = (namespace: string): SecretWrite => ({
  secret,
  namespace,
  reason: { why: "missing" },
  due: new Set(),
  existing: undefined,
  contention: undefined,
});

test("what is the same everywhere is composed once, also for writes that ask together", async () => {
  const sources = { api, covers: () => false, composed: new Map() };
  const contents = { fresh, carried: [], lapsed: [] };
  const all = ["a", "b", "c"].map((name) => composeContents(writeTo(name), contents, sources));
  expect(new Set((await Promise.all(all)).map(({ data }) => data)).size).toBe(1);
});
