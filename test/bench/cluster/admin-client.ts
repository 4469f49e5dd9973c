/** What setting the scene takes, as an admin: many objects, fast. */
import { Client } from "undici";
import { parse } from "yaml";
import { z } from "zod";

export interface AdminClient extends AsyncDisposable {
  /** One after the other is taken from `objects` as an answer comes in: a million need no memory. */
  createAll(objects: Iterable<NewObject>): Promise<void>;
  getText(path: string): Promise<string>;
}

export interface NewObject {
  /** Of its collection. */
  readonly path: string;
  readonly body: object;
}

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({ server: z.string(), "certificate-authority-data": z.base64() }),
    }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ "client-certificate-data": z.base64(), "client-key-data": z.base64() }),
    }),
  ]),
});

const inFlight = 100;

export function createAdminClient(kubeconfig: string): AdminClient {
  const { clusters, users } = kubeconfigSchema.parse(parse(kubeconfig));
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const client = new Client(cluster.server, {
    allowH2: true,
    connect: {
      ca: decode(cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
    },
    h2Options: { maxConcurrentStreams: inFlight },
  });
  return {
    createAll: async (objects) => {
      const queue = objects[Symbol.iterator]();
      const worker = async () => {
        for (let next = queue.next(); !next.done; next = queue.next())
          await create(client, next.value);
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
    },
    getText: async (path) => {
      const { statusCode, body } = await client.request({ method: "GET", path });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`GET ${path}: status ${statusCode}`);
      return text;
    },
    [Symbol.asyncDispose]: () => client.destroy(),
  };
}

async function create(client: Client, { path, body }: NewObject): Promise<void> {
  const answer = await client.request({
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await answer.body.dump();
  if (answer.statusCode !== 201) throw new Error(`POST ${path}: status ${answer.statusCode}`);
}

function decode(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}
