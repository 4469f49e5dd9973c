/** What the contract suite needs of an API server, fake or real, and how it grants access there. */
import { createHttpClient, type HttpClient } from "./http-client.ts";

/** Rights by name, as RBAC rules grant them. */
export interface AccessRule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  /** Default: the core group. */
  readonly apiGroups?: readonly string[];
  readonly resourceNames?: readonly string[];
  /** A Role in each of these; default: a ClusterRole. */
  readonly namespaces?: readonly string[];
}

export interface ContractTarget {
  readonly url: string;
  /** PEM; undefined: the server's certificate isn't checked (one that it made for itself). */
  readonly ca: string | undefined;
  /** A user of `system:masters`. */
  readonly adminToken: string;
  /** A token of a new service account with just these rights, once they are in effect. */
  tokenFor(...rules: AccessRule[]): Promise<string>;
  /** Until the server's clock, which counts in seconds, has gone on. */
  nextSecond(): Promise<void>;
  close(): Promise<void>;
}

export interface ServerAccess {
  readonly url: string;
  readonly ca: string | undefined;
  readonly adminToken: string;
  readonly nextSecond: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A target that grants access through the server's own API: ServiceAccount, roles, bindings. */
export function contractTarget(server: ServerAccess): ContractTarget {
  const admin = createHttpClient(server.url, server.ca, server.adminToken);
  let accounts = 0;
  const run = Math.random().toString(36).slice(2, 8);

  return {
    url: server.url,
    ca: server.ca,
    adminToken: server.adminToken,
    nextSecond: server.nextSecond,
    close: async () => {
      await admin.close();
      await server.close();
    },
    tokenFor: async (...rules) => {
      accounts += 1;
      const name = `contract-${run}-${accounts}`;
      await create(admin, "/api/v1/namespaces/default/serviceaccounts", { metadata: { name } });
      for (const [index, rule] of rules.entries()) {
        await grant(admin, name, { rule, index });
      }
      const answer = await create(
        admin,
        `/api/v1/namespaces/default/serviceaccounts/${name}/token`,
        { spec: { expirationSeconds: 3600 } },
      );
      const token = String(answer.at("status", "token"));
      await untilGranted(createHttpClient(server.url, server.ca, token), rules);
      return token;
    },
  };
}

async function grant(
  admin: HttpClient,
  account: string,
  { rule, index }: { readonly rule: AccessRule; readonly index: number },
): Promise<void> {
  const { namespaces, apiGroups = [""], ...rights } = rule;
  const places = namespaces?.map((namespace) => `/namespaces/${namespace}`) ?? [""];
  const [role, binding] =
    namespaces === undefined ? ["ClusterRole", "clusterrolebindings"] : ["Role", "rolebindings"];
  const metadata = { name: `${account}-${index}` };
  for (const place of places) {
    const base = `/apis/rbac.authorization.k8s.io/v1${place}`;
    await create(admin, `${base}/${role.toLowerCase()}s`, {
      metadata,
      rules: [{ ...rights, apiGroups }],
    });
    await create(admin, `${base}/${binding}`, {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: role, name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace: "default" }],
    });
  }
}

async function create(client: HttpClient, path: string, body: object) {
  const answer = await client.send("POST", path, { body });
  if (answer.status !== 201) {
    throw new Error(`POST ${path} answered ${answer.status}: ${answer.at("message")}`);
  }
  return answer;
}

// A real server sees new roles and bindings a moment after they were written.
async function untilGranted(client: HttpClient, rules: readonly AccessRule[]): Promise<void> {
  for (const rule of rules) {
    const [resource = "", subresource] = rule.resources[0]?.split("/") ?? [];
    const resourceAttributes = {
      verb: rule.verbs[0],
      group: rule.apiGroups?.[0] ?? "",
      resource,
      subresource,
      name: rule.resourceNames?.[0],
      namespace: rule.namespaces?.[0],
    };
    await untilAllowed(client, { spec: { resourceAttributes } });
  }
  await client.close();
}

async function untilAllowed(client: HttpClient, review: object): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const answer = await create(
      client,
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      review,
    );
    if (answer.at("status", "allowed") === true) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the rights that were granted didn't take effect within 10 seconds");
}
