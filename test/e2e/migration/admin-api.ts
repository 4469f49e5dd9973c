/** The API server by bare requests: what a tool of another kind sends, and what a cluster holds now. */
import { Agent, request } from "undici";
import { z } from "zod";
import type { ControlPlane } from "../parts/control-plane.ts";

type Resource = "secrets" | "serviceaccounts";

const kubernetesObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  type: z.string().optional(),
  data: z.record(z.string(), z.base64()).optional(),
  imagePullSecrets: z.array(z.looseObject({ name: z.string() })).optional(),
});
export type KubernetesObject = z.output<typeof kubernetesObject>;

export interface AdminApi extends AsyncDisposable {
  get(resource: Resource, namespace: string, name: string): Promise<KubernetesObject>;
  /** Objects of one name in all namespaces, as etcd has them now. */
  list(resource: Resource, name: string): Promise<readonly KubernetesObject[]>;
  /** As a client of this name, which the server notes as the manager of the fields. */
  create(client: string, secret: KubernetesObject): Promise<void>;
  replace(client: string, resource: Resource, object: KubernetesObject): Promise<void>;
  createOrReplace(client: string, secret: KubernetesObject): Promise<void>;
}

class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: number;

  constructor(what: string, status: number, answer: string) {
    super(`${what} answered ${status}: ${answer}`);
    this.status = status;
  }
}

export const isNotFound = (error: unknown) => error instanceof StatusError && error.status === 404;

export function createAdminApi({ url, ca, adminToken }: ControlPlane): AdminApi {
  const dispatcher = new Agent({ connect: { ca }, allowH2: false });
  const send = async (method: "GET" | "POST" | "PUT", path: string, more: Sent = {}) => {
    const { client = "watch", body } = more;
    const headers = {
      authorization: `Bearer ${adminToken}`,
      "content-type": "application/json",
      "user-agent": `${client}/v1`,
    };
    const init = { method, headers, dispatcher, body: body ? JSON.stringify(body) : null };
    const answer = await request(`${url}/api/v1/${path}`, init);
    const text = await answer.body.text();
    if (answer.statusCode >= 300) {
      throw new StatusError(`${method} ${path}`, answer.statusCode, text);
    }
    return JSON.parse(text) as unknown;
  };
  const place = (resource: Resource, { metadata }: KubernetesObject) =>
    `namespaces/${metadata.namespace}/${resource}`;
  const create: AdminApi["create"] = async (client, body) =>
    void (await send("POST", place("secrets", body), { client, body }));
  const replace: AdminApi["replace"] = async (client, resource, body) =>
    void (await send("PUT", `${place(resource, body)}/${body.metadata.name}`, { client, body }));
  return {
    get: async (resource, namespace, name) =>
      kubernetesObject.parse(await send("GET", `namespaces/${namespace}/${resource}/${name}`)),
    list: async (resource, name) => {
      const answer = await send("GET", `${resource}?fieldSelector=metadata.name%3D${name}`);
      return z.object({ items: z.array(kubernetesObject) }).parse(answer).items;
    },
    create,
    replace,
    createOrReplace: async (client, secret) => {
      try {
        await replace(client, "secrets", secret);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await create(client, secret);
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.close(),
  };
}

interface Sent {
  readonly client?: string;
  readonly body?: KubernetesObject;
}
