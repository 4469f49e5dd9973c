/** The cluster that everybody runs against: a real API server with namespaces, rights and strangers. */
import { randomBytes } from "node:crypto";
import { parse } from "yaml";
import { z } from "zod";
import { type ControlPlane, startControlPlane } from "../../e2e/parts/control-plane.ts";
import { namespacePrefix, secretNames, secretOf } from "../contestants/renewal.ts";
import { type AdminClient, createAdminClient, type NewObject } from "./admin-client.ts";
import { benchAccount } from "./rights.ts";

export interface BenchCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  /** Of the one account that all contestants run as. */
  readonly token: string;
  readonly version: string;
  /** Secrets of other names in the same namespaces, 1 kB each. */
  addForeignSecrets(count: number): Promise<void>;
}

const tokenLifeSeconds = 4 * 3600;

export async function startBenchCluster(namespaces: number): Promise<BenchCluster> {
  await using cleanup = new AsyncDisposableStack();
  // Audit is on, as in most clusters that people run; it also proves what the sweep asked for.
  const controlPlane = cleanup.use(await startControlPlane({ name: "bench", audit: true }));
  const admin = cleanup.use(createAdminClient(controlPlane.adminKubeconfig));
  const names = Array.from({ length: namespaces }, (_, index) => nameOf(index));
  await admin.createAll(names.map(namespaceObject));
  // The stock client replaces: what it replaces has to be there.
  await admin.createAll(names.map(stockSecret));
  const token = await createToken(controlPlane);
  const version = await readVersion(admin);
  const running = cleanup.move();
  return {
    controlPlane,
    token,
    version,
    addForeignSecrets: (count) => admin.createAll(foreignSecrets(names, count)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function nameOf(index: number): string {
  return `${namespacePrefix}${String(index + 1).padStart(4, "0")}`;
}

function namespaceObject(name: string): NewObject {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  return { path: "/api/v1/namespaces", body };
}

function stockSecret(namespace: string): NewObject {
  return {
    path: `/api/v1/namespaces/${namespace}/secrets`,
    body: secretOf(namespace, secretNames.stock, 0),
  };
}

function* foreignSecrets(namespaces: readonly string[], count: number): Generator<NewObject> {
  for (let index = 0; index < count; index += 1) {
    const namespace = namespaces[index % namespaces.length];
    const name = `app-${index}`;
    yield {
      path: `/api/v1/namespaces/${namespace}/secrets`,
      body: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, labels: { app: name } },
        data: { content: randomBytes(768).toString("base64") },
      },
    };
  }
}

const tokenKubeconfig = z.object({
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});

async function createToken(controlPlane: ControlPlane): Promise<string> {
  const kubeconfig = await controlPlane.serviceAccountKubeconfig(benchAccount, tokenLifeSeconds);
  const { users } = tokenKubeconfig.parse(parse(kubeconfig));
  return users[0].user.token;
}

async function readVersion(admin: AdminClient): Promise<string> {
  const version = z.object({ gitVersion: z.string() });
  return version.parse(JSON.parse(await admin.getText("/version"))).gitVersion;
}
