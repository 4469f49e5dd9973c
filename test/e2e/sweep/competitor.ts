/** Another tool that adds entries to the same service accounts, as carefully as we do. */
import { Agent, request } from "undici";
import { parse } from "yaml";
import { z } from "zod";

export interface Competitor {
  /** Adds an entry to the `default` account of a namespace; gives how often it had to try. */
  add(namespace: string, entry: string): Promise<number>;
  close(): Promise<void>;
}

const adminKubeconfig = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({ server: z.url(), "certificate-authority-data": z.base64() }),
    }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ "client-certificate-data": z.base64(), "client-key-data": z.base64() }),
    }),
  ]),
});

const account = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  imagePullSecrets: z.array(z.object({ name: z.string() })).default([]),
});

export function createCompetitor(kubeconfig: string): Competitor {
  const { clusters, users } = adminKubeconfig.parse(parse(kubeconfig));
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const dispatcher = new Agent({
    connect: {
      ca: decode(cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
    },
  });

  const addOnce = async (namespace: string, entry: string): Promise<boolean> => {
    const url = `${cluster.server}/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    const read = await request(url, { dispatcher });
    const { metadata, imagePullSecrets } = account.parse(await read.body.json());
    const patch = { metadata, imagePullSecrets: [...imagePullSecrets, { name: entry }] };
    const headers = { "content-type": "application/merge-patch+json" };
    const init = { method: "PATCH", headers, body: JSON.stringify(patch), dispatcher } as const;
    const { statusCode, body } = await request(url, init);
    await body.dump();
    if (statusCode !== 200 && statusCode !== 409) throw new Error(`PATCH answered ${statusCode}`);
    return statusCode === 200;
  };

  return {
    add: async (namespace, entry) => {
      let attempts = 1;
      while (!(await addOnce(namespace, entry))) attempts += 1;
      return attempts;
    },
    close: () => dispatcher.close(),
  };
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}
