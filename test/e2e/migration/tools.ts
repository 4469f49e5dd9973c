/** Each older tool with our example for it: what it left in the cluster, and what should come of it. */
import type { KubernetesObject } from "./admin-api.ts";
import {
  runEcrPublicHelper,
  runHandMade,
  runLoginRenew,
  runProxySidecar,
  runRegistryCreds,
  type ToolRun,
} from "./older-tools.ts";
import type { Scene } from "./scene.ts";

export interface OlderTool {
  /** Of our example, too. */
  readonly name: string;
  readonly secret: string;
  readonly type: string;
  /** Some of those that it, and our example, write to. */
  readonly namespaces: readonly string[];
  /** Where its login comes from. */
  readonly login: { readonly server: string; readonly region: string };
  /** Registry hosts that it opens; for an Opaque secret, the username. */
  readonly hosts: readonly string[];
  /** Whether it, and our example, link the `default` accounts. */
  readonly linked: boolean;
  readonly run: (scene: Pick<Scene, "api" | "cluster">, run: ToolRun) => Promise<void>;
  /**
   * What a run of it does to a secret that we keep: `replaced`, all of it, our stamps too; `changed`, its
   * value; `made-anew`, another object of that name, after a gap.
   */
  readonly overwrites: "replaced" | "changed" | "made-anew";
}

const dockerConfigJson = "kubernetes.io/dockerconfigjson";
const ecrHost = (account: string, region = "us-east-1") =>
  `${account}.dkr.ecr.${region}.amazonaws.com`;
const fromEcr = (account: string) => ({
  server: `https://${ecrHost(account)}`,
  region: "us-east-1",
});

export const olderTools: readonly OlderTool[] = [
  {
    name: "pull-through-proxy",
    secret: "ecr-regcred",
    type: "Opaque",
    namespaces: ["docker-registry-proxy-cache"],
    login: fromEcr("000000000000"),
    hosts: ["AWS"],
    linked: false,
    run: ({ cluster }, run) => runProxySidecar(cluster, run),
    overwrites: "changed",
  },
  {
    name: "registry-creds",
    secret: "awsecr-cred",
    type: dockerConfigJson,
    namespaces: ["shop", "shop-db"],
    login: fromEcr("000000000000"),
    hosts: [ecrHost("000000000000")],
    linked: true,
    run: ({ api }, run) => runRegistryCreds(api, run),
    overwrites: "replaced",
  },
  {
    name: "ecr-from-another-cloud",
    secret: "awsecr",
    type: dockerConfigJson,
    namespaces: ["reports"],
    login: fromEcr("111122223333"),
    hosts: [ecrHost("111122223333")],
    linked: true,
    run: ({ cluster }, run) => runHandMade(cluster, run),
    overwrites: "made-anew",
  },
  {
    name: "ecr-public",
    secret: "ecr-public-token",
    type: dockerConfigJson,
    namespaces: ["team-a", "team-b"],
    login: { server: "https://public.ecr.aws", region: "public" },
    hosts: ["public.ecr.aws"],
    linked: true,
    run: ({ cluster }, run) => runEcrPublicHelper(cluster, run),
    overwrites: "made-anew",
  },
  {
    name: "k8s-ecr-login-renew",
    secret: "ecr-docker-login",
    type: dockerConfigJson,
    namespaces: ["default", "web-1"],
    login: fromEcr("111122223333"),
    hosts: [ecrHost("111122223333")],
    linked: false,
    run: ({ api }, run) => runLoginRenew(api, { ...run, name: "ecr-docker-login" }),
    overwrites: "changed",
  },
];

/** What people put on secrets beside the tool: it is theirs, and stays. */
export const theirs = {
  labels: { "example.com/team": "web" },
  annotations: { "example.com/note": "made by hand" },
  data: { note: Buffer.from("keep me").toString("base64") },
};

export function withTheirs(secret: KubernetesObject): KubernetesObject {
  const { metadata, data } = secret;
  const { labels, annotations } = theirs;
  return {
    ...secret,
    metadata: { ...metadata, labels, annotations: { ...metadata.annotations, ...annotations } },
    data: { ...data, ...theirs.data },
  };
}
