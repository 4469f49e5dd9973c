import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { type ApiServerAddress, renderKubeconfig } from "./kubeconfigs.ts";
import type { Kubectl } from "./kubectl.ts";

const rule = z.object({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).default([""]),
  resources: z.array(z.string()).default([]),
  resourceNames: z.array(z.string()).default([]),
});

const manifestObject = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().default("default") }),
  rules: z.array(rule).default([]),
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional(),
});
type ManifestObject = z.infer<typeof manifestObject>;

/**
 * Applies a manifest that holds one ServiceAccount and its rights, and gives a kubeconfig with a
 * token for that account once the rights are in effect. Its namespace is made if it isn't there.
 */
export async function createServiceAccountKubeconfig(
  manifestYaml: string,
  context: { readonly kubectl: Kubectl; readonly address: ApiServerAddress },
  durationSeconds = 3600,
): Promise<string> {
  const { kubectl, address } = context;
  const objects = parseAllDocuments(manifestYaml)
    .filter((document) => document.contents !== null)
    .map((document) => manifestObject.parse(document.toJS()));
  const account = objects.find(({ kind }) => kind === "ServiceAccount")?.metadata;
  if (account === undefined) throw new Error("The manifest holds no ServiceAccount.");

  const metadata = { name: account.namespace };
  const namespace = stringify({ apiVersion: "v1", kind: "Namespace", metadata });
  await kubectl(["apply", "-f", "-"], { input: `${namespace}---\n${manifestYaml}` });
  const flags = ["--namespace", account.namespace, `--duration=${durationSeconds}s`];
  const token = (await kubectl(["create", "token", account.name, ...flags])).trim();
  const kubeconfig = renderKubeconfig(account.name, address, { token });
  for (const question of listQuestions(objects)) await untilYes(question, kubectl, kubeconfig);
  return kubeconfig;
}

/** The API server learns of new roles and bindings a moment after they were written. */
async function untilYes(
  question: readonly string[],
  kubectl: Kubectl,
  kubeconfig: string,
): Promise<void> {
  const deadline = Date.now() + 10_000;
  const ask = ["auth", "can-i", ...question];
  while (
    !(await kubectl(ask, { kubeconfig }).then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) {
      throw new Error(`After 10 s the answer to kubectl ${ask.join(" ")} is still no.`);
    }
    await sleep(50);
  }
}

/** For each binding, arguments of `kubectl auth can-i` about the first rule that it grants. */
function listQuestions(objects: readonly ManifestObject[]): string[][] {
  return objects.flatMap(({ kind, metadata, roleRef }) => {
    const role = objects.find(
      (object) => object.kind === roleRef?.kind && object.metadata.name === roleRef.name,
    );
    const [first] = role?.rules ?? [];
    const [path] = first?.resources ?? [];
    if (first === undefined || path === undefined) return [];
    const [resource = "", subresource = ""] = path.split("/");
    const typed = first.apiGroups[0] ? `${resource}.${first.apiGroups[0]}` : resource;
    const target = [typed, ...first.resourceNames.slice(0, 1)].join("/");
    const scope =
      kind === "RoleBinding" ? ["--namespace", metadata.namespace] : ["--all-namespaces"];
    return [[first.verbs[0] ?? "*", target, `--subresource=${subresource}`, ...scope]];
  });
}
