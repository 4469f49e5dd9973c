/** Admission policies about one user, made at once, since a real server takes a second to see them. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { HttpAnswer, HttpClient } from "../http-client.ts";
import { apply, applyPatch, type ContractContext, expectFailure, expectStatus } from "./context.ts";

const admissionPath = "/apis/admissionregistration.k8s.io/v1";
export const policiesPath = `${admissionPath}/validatingadmissionpolicies`;
export const bindingsPath = `${admissionPath}/validatingadmissionpolicybindings`;

export interface PolicySpec {
  readonly validations: readonly object[];
  readonly [field: string]: unknown;
}

export interface PolicyScene {
  /** May do anything that the policies let pass. */
  readonly user: HttpClient;
  readonly userName: string;
  readonly namespace: string;
  /** What an answer's message says after the names of policy and binding; undefined: let pass. */
  refusal(key: string, answer: HttpAnswer): string | undefined;
  /** The names of the policy and its binding. */
  nameOf(key: string): string;
}

export function policyBody(name: string, spec: object | undefined): object {
  const apiVersion = "admissionregistration.k8s.io/v1";
  return { apiVersion, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec };
}

export function bindingBody(name: string, spec: object | undefined): object {
  const apiVersion = "admissionregistration.k8s.io/v1";
  return { apiVersion, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec };
}

export function applyTo(
  client: HttpClient,
  path: string,
  body: object,
  query = "",
  manager = "applier",
) {
  const options = { contentType: applyPatch, body };
  return client.send("PATCH", `${path}?fieldManager=${manager}${query}`, options);
}

export const allSecrets = {
  apiGroups: [""],
  apiVersions: ["v1"],
  operations: ["*"],
  resources: ["secrets"],
};

/**
 * Each policy is about the requests for names that begin with its key and a dash; `binding` is what
 * its binding says besides the policy's name.
 */
export async function createPolicyScene(
  context: ContractContext,
  policies: Readonly<Record<string, PolicySpec & { readonly binding?: object }>>,
  namespaceLabels: Readonly<Record<string, string>> = {},
): Promise<PolicyScene> {
  const token = await context.target.tokenFor({
    verbs: ["*"],
    resources: ["*"],
    apiGroups: ["*"],
  });
  const run = context.unique("policy");
  const scene: PolicyScene = {
    user: context.as(token),
    userName: subjectOf(token),
    namespace: await context.namespace(namespaceLabels),
    nameOf: (key) => `${run}-${key}`,
    refusal: (key, answer) => refusalIn(answer, `${run}-${key}`),
  };
  for (const [key, spec] of Object.entries({ ...policies, last: sentinel })) {
    await addPolicy(context.admin, scene, key, spec);
  }
  await untilRefused(scene);
  return scene;
}

async function untilRefused(scene: PolicyScene): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await applySecret(scene, "last-s")).status !== 422) {
    expect(Date.now(), "the policies didn't take effect within 10 seconds").toBeLessThan(deadline);
    await sleep(50);
  }
}

const sentinel: PolicySpec & { readonly binding?: object } = {
  validations: [{ expression: "false" }],
};

async function addPolicy(
  admin: HttpClient,
  scene: PolicyScene,
  key: string,
  policy: PolicySpec & { readonly binding?: object },
): Promise<void> {
  const { binding, matchConditions = [], ...spec } = policy;
  const mine = `request.userInfo.username == '${scene.userName}'`;
  const conditions = [
    { name: "mine", expression: `${mine} && request.name.startsWith('${key}-')` },
    ...[matchConditions].flat(),
  ];
  const name = scene.nameOf(key);
  const full = {
    matchConstraints: { resourceRules: [allSecrets] },
    ...spec,
    matchConditions: conditions,
  };
  expectStatus(await applyTo(admin, `${policiesPath}/${name}`, policyBody(name, full)), 201);
  const bound = { policyName: name, validationActions: ["Deny"], ...binding };
  expectStatus(await applyTo(admin, `${bindingsPath}/${name}`, bindingBody(name, bound)), 201);
}

export function applySecret(
  scene: PolicyScene,
  name: string,
  fields: Parameters<typeof apply>[2] = {},
): Promise<HttpAnswer> {
  const place = { namespace: scene.namespace, name };
  return apply(scene.user, place, fields, { query: "&dryRun=All" });
}

export function subjectOf(token: string): string {
  const claims: unknown = JSON.parse(
    Buffer.from(token.split(".")[1] ?? "", "base64url").toString(),
  );
  return String(Reflect.get(Object(claims), "sub"));
}

function refusalIn(answer: HttpAnswer, name: string): string | undefined {
  if (answer.status < 300) {
    return undefined;
  }
  const said = `ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: `;
  const message = String(answer.at("message"));
  expect(message).toContain(` is forbidden: ${said}`);
  expectFailure(answer, answer.status, String(answer.at("reason")), "");
  const refusal = message.split(said)[1];
  expect(answer.at("details", "causes")).toEqual([{ message: `${said}${refusal}` }]);
  return refusal;
}
