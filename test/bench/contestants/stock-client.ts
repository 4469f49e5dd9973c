/** `@kubernetes/client-node` as it comes: read, replace; one namespace at a time, or many. */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { eachInParallel } from "../../../src/refresh/apply/concurrency.ts";
import type { RunRequest, RunResult } from "./contestant.ts";
import { namespacePrefix, secretNames, secretOf } from "./renewal.ts";

/** As many at once as our sweep has in flight. */
export function runStock(request: RunRequest): Promise<RunResult> {
  return renew(request, eachInParallel);
}

export function runStockSerially(request: RunRequest): Promise<RunResult> {
  return renew(request, async (names, work) => {
    for (const name of names) await work(name);
  });
}

async function renew(request: RunRequest, each: typeof eachInParallel<string>): Promise<RunResult> {
  const name = secretNames.stock;
  const api = clientOf(request);
  const counts = { written: 0, failed: 0, requests: 1 };
  const problems = new Set<string>();

  const renewOne = async (namespace: string) => {
    try {
      counts.requests += 1;
      const found = await api.readNamespacedSecret({ name, namespace });
      const { metadata, data } = secretOf(namespace, name, request.renewal);
      const body = { ...found, metadata: { ...found.metadata, ...metadata }, data };
      counts.requests += 1;
      await api.replaceNamespacedSecret({ name, namespace, body });
      counts.written += 1;
    } catch (error) {
      counts.failed += 1;
      problems.add(describe(error));
    }
  };

  const startedAtMs = performance.now();
  const { items } = await api.listNamespace();
  const names = items.map(({ metadata }) => metadata?.name ?? "");
  const targets = names.filter((each) => each.startsWith(namespacePrefix)).slice(0, request.limit);
  const listedAtMs = performance.now();
  await each(targets, renewOne);
  const endedAtMs = performance.now();
  return {
    totalMs: endedAtMs - startedAtMs,
    applyMs: endedAtMs - listedAtMs,
    ...counts,
    problems: [...problems],
  };
}

function clientOf({ url, ca, token }: RunRequest): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: "bench",
      server: url,
      caData: Buffer.from(ca).toString("base64"),
      skipTLSVerify: false,
    },
    { name: "bench", token },
  );
  return config.makeApiClient(CoreV1Api);
}

/** Its errors quote whole answers: the status is enough here. */
function describe(error: unknown): string {
  if (typeof error !== "object" || error === null) return "failed";
  if ("code" in error && typeof error.code === "number") return `status ${error.code}`;
  return error instanceof Error ? error.name : "failed";
}
