/** What the parts of the suite share: clients, fresh namespaces, and short ways to say things. */
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpOptions,
} from "../http-client.ts";
import type { ContractTarget } from "../kubernetes-target.ts";

export const applyPatch = "application/apply-patch+yaml";
export const mergePatch = "application/merge-patch+json";
export const dockerConfigType = "kubernetes.io/dockerconfigjson";
export const oneMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
export const listMetadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

export interface ContractContext {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly target: ContractTarget;
  /** A user of `system:masters`. */
  readonly admin: HttpClient;
  /** Undefined: without any token. */
  as(token: string | undefined): HttpClient;
  /** A name that no other test of any run uses. */
  unique(prefix: string): string;
  /** A new namespace. */
  namespace(labels?: Readonly<Record<string, string>>): Promise<string>;
}

export function createContext(startTarget: () => Promise<ContractTarget>): ContractContext {
  const clients: HttpClient[] = [];
  let target: ContractTarget | undefined;
  let admin: HttpClient | undefined;

  function started(): ContractTarget {
    if (target === undefined) {
      throw new Error("the target hasn't started");
    }
    return target;
  }

  function as(token: string | undefined): HttpClient {
    const client = createHttpClient(started().url, started().ca, token);
    clients.push(client);
    return client;
  }

  const unique = (prefix: string) => `${prefix}-${randomBytes(5).toString("hex")}`;

  return {
    start: async () => {
      target = await startTarget();
      admin = as(target.adminToken);
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await target?.close();
    },
    get target() {
      return started();
    },
    get admin() {
      return admin ?? as(started().adminToken);
    },
    as,
    unique,
    namespace: async (labels) => {
      const name = unique("contract");
      const answer = await (admin ?? as(started().adminToken)).send("POST", "/api/v1/namespaces", {
        body: { metadata: { name, labels } },
      });
      expectStatus(answer, 201);
      return name;
    },
  };
}

/** Fails with the server's own words. */
export function expectStatus(answer: HttpAnswer, status: number): void {
  expect(answer.status, answer.text.slice(0, 500)).toBe(status);
}

/** A Status with this code, reason and part of its message. */
export function expectFailure(
  answer: HttpAnswer,
  code: number,
  reason: string | undefined,
  message: string | RegExp,
): void {
  expect({
    status: answer.status,
    kind: answer.at("kind"),
    outcome: answer.at("status"),
    code: answer.at("code"),
    reason: answer.at("reason"),
    message: answer.at("message"),
  }).toEqual({
    status: code,
    kind: "Status",
    outcome: "Failure",
    code,
    reason,
    message: expect.stringMatching(message),
  });
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function secretPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/secrets/${name}`;
}

export interface SecretFields {
  readonly [field: string]: unknown;
  readonly metadata?: object;
}

export function secretBody(name: string, fields: SecretFields = {}): object {
  const { metadata, ...rest } = fields;
  return { apiVersion: "v1", kind: "Secret", ...rest, metadata: { name, ...metadata } };
}

export interface ApplyExtras extends HttpOptions {
  readonly manager?: string;
  readonly query?: string;
}

/** Server-side apply of a secret; default manager `applier`. */
export function apply(
  client: HttpClient,
  place: { readonly namespace: string; readonly name: string },
  fields: SecretFields = {},
  { manager = "applier", query = "", ...options }: ApplyExtras = {},
): Promise<HttpAnswer> {
  const { namespace, name } = place;
  return client.send("PATCH", `${secretPath(namespace, name)}?fieldManager=${manager}${query}`, {
    contentType: applyPatch,
    body: secretBody(name, fields),
    ...options,
  });
}

export const force = { query: "&force=true" };

export function merge(
  client: HttpClient,
  path: string,
  patch: object,
  query = "",
): Promise<HttpAnswer> {
  return client.send("PATCH", `${path}${query}`, { contentType: mergePatch, body: patch });
}

/** The entries of `managedFields`, without times, as `[manager, operation, fields]`. */
export function owners(answer: HttpAnswer): unknown[] {
  const entries = answer.at("metadata", "managedFields");
  return Array.isArray(entries)
    ? entries.map((entry) => [entry.manager, entry.operation, entry.fieldsV1])
    : [];
}
