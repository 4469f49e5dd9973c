/**
 * What the older tools do at each of their runs, built from their sources and documents: the same
 * requests, objects and words. None of them runs here; each is a few calls.
 */
import type { ControlPlane } from "../parts/control-plane.ts";
import { type AdminApi, isNotFound } from "./admin-api.ts";

/** Where a tool writes, and the login that it was given for it. */
export interface ToolRun {
  readonly namespaces: readonly string[];
  readonly login: Login;
  /** Between its two calls, where it deletes before it creates: somebody may be looking. */
  readonly inBetween?: (() => Promise<unknown>) | undefined;
}

export interface Login {
  /** As the tool writes it: with https://, as ECR names it in proxyEndpoint. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

const dockerConfigJsonType = "kubernetes.io/dockerconfigjson";
const auth = ({ username, password }: Login) =>
  Buffer.from(`${username}:${password}`).toString("base64");
const encode = (text: string) => Buffer.from(text).toString("base64");

/**
 * The secrets that registry-creds writes with each provider's token, and its link: a PUT of a whole
 * new object, without whatever labels and annotations were there.
 * https://github.com/upmc-enterprises/registry-creds/blob/master/main.go
 */
export async function runRegistryCreds(
  api: AdminApi,
  { namespaces, login, name = "awsecr-cred" }: ToolRun & { readonly name?: string },
): Promise<void> {
  const entry = { auth: auth(login), email: "none" };
  const config = JSON.stringify({ auths: { [login.server]: entry } });
  const data = { ".dockerconfigjson": encode(config) };
  for (const namespace of namespaces) {
    const secret = { metadata: { name, namespace }, type: dockerConfigJsonType, data };
    await api.createOrReplace("registry-creds", secret);
    await linkAsRegistryCreds(api, namespace, name);
  }
}

/** Its Google Container Registry secret alone has the format of Docker before 1.7. */
export async function runRegistryCredsForGcr(
  api: AdminApi,
  { namespaces, login }: ToolRun,
): Promise<void> {
  const { server, username, password } = login;
  const config = JSON.stringify({ [server]: { username, password, email: "none" } });
  const data = { ".dockercfg": encode(config) };
  for (const namespace of namespaces) {
    const metadata = { name: "gcr-secret", namespace };
    await api.createOrReplace("registry-creds", {
      metadata,
      type: "kubernetes.io/dockercfg",
      data,
    });
    await linkAsRegistryCreds(api, namespace, metadata.name);
  }
}

async function linkAsRegistryCreds(api: AdminApi, namespace: string, name: string): Promise<void> {
  const account = await api.get("serviceaccounts", namespace, "default");
  const links = account.imagePullSecrets ?? [];
  const imagePullSecrets = links.some((link) => link.name === name) ? links : [...links, { name }];
  await api.replace("registry-creds", "serviceaccounts", { ...account, imagePullSecrets });
}

/**
 * k8s-ecr-login-renew reads the secret, changes its one value and writes it back; it makes it if it
 * isn't there. Before version 1.4 it deleted it first.
 * https://github.com/nabsul/k8s-ecr-login-renew/blob/main/src/k8s/kubernetes.go
 */
export async function runLoginRenew(
  api: AdminApi,
  { namespaces, login, name }: ToolRun & { readonly name: string },
): Promise<void> {
  const entry = {
    username: login.username,
    password: login.password,
    email: "awsregrenew@demo.test",
    auth: auth(login),
  };
  const config = JSON.stringify({ auths: { [login.server]: entry } });
  const data = { ".dockerconfigjson": encode(config) };
  for (const namespace of namespaces) {
    const old = await api.get("secrets", namespace, name).catch(undefinedIfNotFound);
    await (old === undefined
      ? api.create("renew", { metadata: { name, namespace }, type: dockerConfigJsonType, data })
      : api.replace("renew", "secrets", { ...old, data: { ...old.data, ...data } }));
  }
}

/**
 * The ECR Public helper's script: delete, create, and its patch of the default account, which
 * stands in it as a comment.
 * https://github.com/toricls/ecr-public-creds-helper-for-k8s/blob/master/entrypoint.sh
 */
export async function runEcrPublicHelper(
  { kubectl }: ControlPlane,
  { namespaces, login, inBetween }: ToolRun,
): Promise<void> {
  const patch = '{"imagePullSecrets":[{"name":"ecr-public-token"}]}';
  for (const namespace of namespaces) {
    const there = `--namespace=${namespace}`;
    await kubectl(["delete", "secret", "ecr-public-token", there, "--ignore-not-found"]);
    await inBetween?.();
    await createDockerRegistry(kubectl, "ecr-public-token", there, login);
    await kubectl(["patch", "serviceaccount", "default", there, `--patch=${patch}`]);
  }
}

/** Somebody's script for ECR from another cloud: once by hand, or from a CronJob. */
export async function runHandMade(
  { kubectl }: ControlPlane,
  { namespaces, login, inBetween }: ToolRun,
): Promise<void> {
  const patch = '{"imagePullSecrets":[{"name":"awsecr"}]}';
  for (const namespace of namespaces) {
    const there = `--namespace=${namespace}`;
    await kubectl(["delete", "secret", "awsecr", there, "--ignore-not-found"]);
    await inBetween?.();
    await createDockerRegistry(kubectl, "awsecr", there, login);
    await kubectl(["patch", "serviceaccount", "default", there, `--patch=${patch}`]);
  }
}

async function createDockerRegistry(
  kubectl: ControlPlane["kubectl"],
  name: string,
  there: string,
  { server, username, password }: Login,
): Promise<void> {
  const login = [
    `--docker-server=${server}`,
    `--docker-username=${username}`,
    `--docker-password=${password}`,
  ];
  await kubectl(["create", "secret", "docker-registry", name, there, ...login]);
}

/** The proxy's first secret, as its instructions make it, and then as its sidecar renews it. */
export async function runProxySidecar(
  { kubectl }: ControlPlane,
  { namespaces, login }: ToolRun,
): Promise<void> {
  for (const namespace of namespaces) {
    const literals = [
      `--from-literal=proxyUsername=${login.username}`,
      `--from-literal=proxyPassword=${login.password}`,
    ];
    const create = ["create", "secret", "generic", "ecr-regcred", `--namespace=${namespace}`];
    const yaml = await kubectl([...create, ...literals, "--dry-run=client", "--output=yaml"]);
    await kubectl(["apply", "--filename=-"], { input: yaml });
  }
}

function undefinedIfNotFound(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}
