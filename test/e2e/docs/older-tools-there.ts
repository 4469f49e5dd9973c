/** The older tools of docs/migration.md, all in one cluster, and the config of whoever replaces them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { root } from "../../docs/documents.ts";
import { type AdminApi, createAdminApi } from "../migration/admin-api.ts";
import { installedTools } from "../migration/installed.ts";
import { runRegistryCredsForGcr } from "../migration/older-tools.ts";
import { type OlderTool, olderTools } from "../migration/tools.ts";
import type { ControlPlane } from "../parts/control-plane.ts";
import type { Scene } from "./scene.ts";

/** Beside the tools' own: where they wrote to. */
const namespaces = ["shop", "reports", "team-a", "web-1"];
const places: Readonly<Record<string, string>> = {
  "pull-through-proxy": "docker-registry-proxy-cache",
  "registry-creds": "shop",
  "ecr-from-another-cloud": "reports",
  "ecr-public": "team-a",
  "k8s-ecr-login-renew": "web-1",
};

export interface OlderToolsThere {
  /** Each has run. */
  install(): Promise<void>;
  /** `config/prod.yml` from now on: our examples, what was in it before, or both. */
  configure(...parts: readonly ("before" | "examples")[]): Promise<void>;
  /** What no command of the document takes away. */
  remove(): Promise<void>;
}

export function olderToolsThere({ cluster, stack, shell }: Scene): OlderToolsThere {
  const { kubectl } = cluster;
  const config = readFile(join(root, "config/prod.yml"), "utf8");
  const all = [...namespaces, "docker-registry-proxy-cache"];
  return {
    install: async () => {
      const made = namespaces.map((name) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      }));
      const items = [...made, ...installedTools.items];
      const input = JSON.stringify({ ...installedTools, items });
      await kubectl(["create", "--filename=-"], { input });
      await waitForAccounts(cluster, all);
      await using api = createAdminApi(cluster);
      const login = { server: "https://gcr.io", username: "oauth2accesstoken", password: "theirs" };
      await runRegistryCredsForGcr(api, { namespaces: ["shop"], login });
      for (const tool of olderTools) await runTool(tool, { cluster, api });
      await shell.run("aws iam create-user --user-name ecr-pull");
      await shell.run("aws iam create-access-key --user-name ecr-pull");
    },
    configure: async (...parts) => {
      const { pullSecrets: before, ...rest } = parse(await config);
      const pullSecrets = { before, examples: await readExamples() };
      const wanted = { ...rest, pullSecrets: parts.flatMap((part) => pullSecrets[part]) };
      await stack.clone.configure("prod", stringify(wanted));
    },
    remove: async () => {
      await kubectl(["delete", "namespace", ...all]);
    },
  };
}

async function runTool(
  { name, login: { server }, run }: OlderTool,
  world: { readonly cluster: ControlPlane; readonly api: AdminApi },
): Promise<void> {
  const login = { server, username: "AWS", password: "theirs" };
  await run(world, { namespaces: [places[name] ?? ""], login });
}

async function waitForAccounts({ kubectl }: ControlPlane, all: readonly string[]): Promise<void> {
  for (const namespace of all) {
    await kubectl([
      "wait",
      "--for=create",
      "serviceaccount/default",
      `--namespace=${namespace}`,
      "--timeout=60s",
    ]);
  }
}

const pullSecrets = z.array(
  z.looseObject({
    name: z.string(),
    registries: z.array(z.looseObject({ type: z.string() })).default([]),
  }),
);
type Examples = z.output<typeof pullSecrets>;

/** Of each example what replaces the tool, with what is the reader's own changed. */
async function readExamples(): Promise<Examples> {
  const texts = olderTools.map(async ({ name, secret }) => {
    const text = await readFile(join(root, `config/examples/${name}.yml`), "utf8");
    const [found] = pullSecrets
      .parse(parse(text).pullSecrets)
      .filter((pullSecret) => pullSecret.name === secret);
    if (found === undefined) throw new Error(`config/examples/${name}.yml has no ${secret}`);
    const registries = found.registries
      .filter(({ type }) => type !== "static")
      .map(({ roleArn: _, ...registry }) => registry);
    return { ...found, namespaces: [places[name]], registries };
  });
  return await Promise.all(texts);
}
