/** A process of its own, because what it guards against eats all memory: many writes, and a stall. */
import { createClusterConnection } from "../../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-untrusted.ts";
import { SecretValue } from "../../../src/secret-value.ts";

const maxRssBytes = 600 * 2 ** 20;
setInterval(() => {
  if (process.memoryUsage().rss > maxRssBytes) process.exit(9);
}, 20).unref();

const { endpoint, authentication } = parseUntrustedKubeconfig(
  String(process.env["KUBECONFIG_TEXT"]),
  {
    source: "test",
    insecureTlsAllowed: false,
    now: new Date(),
  },
);
if (authentication.kind !== "static") throw new Error("expected a token");
const { credential } = authentication;
const access = { ...endpoint, credential: async () => credential };
const connection = createClusterConnection(access, { headersTimeoutMs: 600 });
const api = connection.api(new AbortController().signal);
const writes = Array.from({ length: 300 }, (_, index) =>
  api.applySecret(
    {
      namespace: "web",
      name: `pull-${index}`,
      type: "Opaque",
      labels: {},
      annotations: {},
      data: { key: new SecretValue("x".repeat(8_000)) },
    },
    { force: true },
  ),
);
const results = await Promise.allSettled(writes);
// Once the server reads on, the loop would begin.
await new Promise((resolve) => setTimeout(resolve, 1_000));
const written = results.filter(({ status }) => status === "fulfilled").length;
process.stdout.write(JSON.stringify({ written, connections: connection.stats.connections }));
process.exit(0);
