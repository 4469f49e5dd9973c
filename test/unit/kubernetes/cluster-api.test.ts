import { describe, expect, test } from "vitest";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  accessTo,
  connectTo,
  json,
  neverAborted,
  type Respond,
  type Seen,
  startServer,
  status,
} from "./api-server.ts";

const metadataOnly =
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
const metadataList =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

const metadata = {
  namespace: "a",
  name: "ecr-pull",
  uid: "uid-1",
  resourceVersion: "7",
};

async function api(respond: Respond, path = "") {
  const server = await startServer(respond);
  const url = new URL(path, server.url);
  return { server, api: connectTo(accessTo({ url })).api(neverAborted) };
}

const answering =
  (body: unknown): Respond =>
  (_seen, response) =>
    json(response, 200, body);

const listOf = (items: readonly unknown[], more: object = {}) => ({
  kind: "List",
  metadata: { resourceVersion: "1", ...more },
  items,
});

const asked = ({ method, url, headers, body }: Seen) => ({
  method,
  url,
  accept: headers["accept"],
  contentType: headers["content-type"],
  body: body === "" ? undefined : JSON.parse(body),
});

describe("lists", () => {
  test("of namespaces are metadata, from the cache", async () => {
    const { server, api: cluster } = await api(
      answering(
        listOf([
          { metadata: { name: "a", labels: { team: "x" } } },
          { metadata: { name: "b", deletionTimestamp: "2026-01-01T00:00:00Z" } },
        ]),
      ),
    );

    expect(await cluster.listNamespaces()).toEqual([
      { name: "a", labels: { team: "x" }, terminating: false },
      { name: "b", labels: {}, terminating: true },
    ]);
    expect(server.seen.map(asked)).toEqual([
      { method: "GET", url: "/api/v1/namespaces?resourceVersion=0", accept: metadataList },
    ]);
  });

  test.each([
    [undefined, "/api/v1/secrets?fieldSelector=metadata.name%3Decr-pull&resourceVersion=0"],
    ["a", "/api/v1/namespaces/a/secrets?fieldSelector=metadata.name%3Decr-pull&resourceVersion=0"],
  ])("of secrets are by name, metadata, from the cache (namespace %s)", async (namespace, url) => {
    const fieldsV1 = { "f:data": { ".": {}, "f:.dockerconfigjson": {} } };
    const managedFields = [
      { manager: "ecr-pull-secrets", operation: "Apply", apiVersion: "v1", fieldsV1 },
      { manager: "kubectl", operation: "Update", subresource: "status", fieldsV1: {} },
      { manager: "odd", operation: "Other", fieldsV1: "not a set" },
      {},
    ];
    const labels = { l: "1" };
    const annotations = { a: "2" };
    const { server, api: cluster } = await api(
      answering(listOf([{ metadata: { ...metadata, labels, annotations, managedFields } }])),
    );

    expect(await cluster.listSecrets("ecr-pull", namespace)).toEqual([
      {
        ...metadata,
        labels,
        annotations,
        terminating: false,
        managers: [
          {
            manager: "ecr-pull-secrets",
            operation: "Apply",
            subresource: undefined,
            fields: fieldsV1,
          },
          { manager: "kubectl", operation: "Update", subresource: "status", fields: {} },
          { manager: "odd", operation: "Update", subresource: undefined, fields: {} },
          { manager: "", operation: "Update", subresource: undefined, fields: {} },
        ],
      },
    ]);
    expect(server.seen.map(asked)).toEqual([{ method: "GET", url, accept: metadataList }]);
  });

  test.each([
    [
      "default",
      undefined,
      "/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault&resourceVersion=0",
    ],
    [
      "default",
      "a",
      "/api/v1/namespaces/a/serviceaccounts?fieldSelector=metadata.name%3Ddefault&resourceVersion=0",
    ],
    [undefined, undefined, "/api/v1/serviceaccounts?resourceVersion=0"],
    [undefined, "a", "/api/v1/namespaces/a/serviceaccounts?resourceVersion=0"],
  ])("of service accounts are whole objects (%s in %s)", async (name, namespace, url) => {
    const account = { namespace: "a", name: "default", resourceVersion: "9" };
    const imagePullSecrets = [{ name: "theirs" }, {}, { name: "ecr-pull" }];
    const { server, api: cluster } = await api(
      answering(listOf([{ metadata: account, imagePullSecrets }])),
    );

    expect(await cluster.listServiceAccounts(name, namespace)).toEqual([
      { ...account, imagePullSecrets: ["theirs", "", "ecr-pull"] },
    ]);
    expect(server.seen.map(asked)).toEqual([{ method: "GET", url, accept: "application/json" }]);
  });

  test("leave out what nobody asked for, if a server ignores the selector", async () => {
    const others = [
      { metadata: { ...metadata, name: "other" } },
      { metadata: { ...metadata, namespace: "b" } },
    ];
    const { api: cluster } = await api(answering(listOf([{ metadata }, ...others])));

    expect(await cluster.listSecrets("ecr-pull", "a")).toHaveLength(1);
    expect(await cluster.listSecrets("ecr-pull")).toHaveLength(2);
    expect(await cluster.findServiceAccount("a", "none")).toBeUndefined();
  });

  test("go on page by page, without the version that the token carries", async () => {
    const pages = [listOf([{ metadata }], { continue: "t/1+=" }), listOf([{ metadata }])];
    const { server, api: cluster } = await api((seen, response) =>
      json(response, 200, pages[seen.number - 1]),
    );

    expect(await cluster.listSecrets("ecr-pull")).toHaveLength(2);
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/api/v1/secrets?fieldSelector=metadata.name%3Decr-pull&resourceVersion=0",
      "/api/v1/secrets?fieldSelector=metadata.name%3Decr-pull&continue=t%2F1%2B%3D",
    ]);
  });

  test("begin anew once when the token is too old", async () => {
    const expired = status(410, "Expired", "The provided continue parameter is too old");
    let lists = 0;
    const { server, api: cluster } = await api((seen, response) => {
      if (!seen.url.includes("continue=")) {
        lists += 1;
        json(response, 200, listOf([{ metadata }], lists === 1 ? { continue: "t" } : {}));
      } else {
        json(response, 410, expired);
      }
    });

    expect(await cluster.listSecrets("ecr-pull")).toHaveLength(1);
    expect(server.seen).toHaveLength(3);
  });

  test("give up when the token is too old again", async () => {
    const { server, api: cluster } = await api((seen, response) =>
      seen.url.includes("continue=")
        ? json(response, 410, status(410, "Expired", "too old"))
        : json(response, 200, listOf([], { continue: "t" })),
    );

    await expect(cluster.listNamespaces()).rejects.toMatchObject({ status: 410 });
    expect(server.seen).toHaveLength(4);
  });

  test("end when a server sends the same page for ever", async () => {
    const { server, api: cluster } = await api(answering(listOf([], { continue: "t" })));

    await expect(cluster.listNamespaces()).rejects.toMatchObject({
      kind: "malformed",
      message: "list namespaces: a list whose pages never end",
    });
    expect(server.seen).toHaveLength(2);
  });

  test("are limited in size over all their pages", async () => {
    const labels = { padding: "x".repeat(400_000) };
    const server = await startServer((seen, response) => {
      const item = { metadata: { name: "a", labels } };
      json(response, 200, listOf([item], { continue: String(seen.number) }));
    });
    const cluster = connectTo(accessTo(server), { maxListBytes: 1024 * 1024 }).api(neverAborted);

    await expect(cluster.listNamespaces()).rejects.toMatchObject({ kind: "too-large" });
    expect(server.seen).toHaveLength(3);
  });

  test.each([undefined, null])("without items are empty (%s)", async (items) => {
    const { api: cluster } = await api(answering({ kind: "SecretList", items }));

    expect(await cluster.listSecrets("ecr-pull")).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["an object", { kind: "Secret", metadata }, "at kind: not as expected"],
    ["items that are no list", { kind: "List", items: {} }, "at items: array expected"],
    ["no metadata", listOf([{ metadata }, {}]), "at items[1].metadata: object expected"],
    [
      "a name that is no text",
      listOf([{ metadata: { ...metadata, name: { secret: "hunter2" } } }]),
      "at items[0].metadata.name: string expected",
    ],
    [
      "a label that is no text",
      listOf([{ metadata: { ...metadata, labels: { "a.b/c": ["hunter2"] } } }]),
      'at items[0].metadata.labels["a.b/c"]: string expected',
    ],
  ])("of another shape name the place, not the value: %s", async (_title, body, message) => {
    const { api: cluster } = await api(answering(body));

    const error = await cluster.listSecrets("ecr-pull").catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      name: "ClusterError",
      kind: "malformed",
      message: `list secrets */ecr-pull: an answer of another shape ${message}`,
    });
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  test("survive fields that are nested without end", async () => {
    const depth = 200_000;
    const managedFields = `[{"manager":"m","fieldsV1":${'{"a":'.repeat(depth)}{}${"}".repeat(depth)}}]`;
    const item = JSON.stringify({ metadata }).slice(0, -2);
    const { api: cluster } = await api((_seen, response) => {
      response.end(`{"kind":"List","items":[${item},"managedFields":${managedFields}}}]}`);
    });

    expect(await cluster.listSecrets("ecr-pull")).toMatchObject([
      { managers: [{ manager: "m", fields: {} }] },
    ]);
  });
});

describe("one object", () => {
  test("of a service account is found by list, not from the cache", async () => {
    const account = { namespace: "a", name: "default", resourceVersion: "9" };
    const { server, api: cluster } = await api(answering(listOf([{ metadata: account }])));

    expect(await cluster.findServiceAccount("a", "default")).toEqual({
      ...account,
      imagePullSecrets: [],
    });
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/api/v1/namespaces/a/serviceaccounts?fieldSelector=metadata.name%3Ddefault",
    ]);
  });

  test("of a secret comes as metadata, not from the cache", async () => {
    const { server, api: cluster } = await api(
      answering({ kind: "PartialObjectMetadata", metadata }),
    );

    expect(await cluster.getSecret("a", "ecr-pull")).toMatchObject({ ...metadata, managers: [] });
    expect(server.seen.map(asked)).toEqual([
      { method: "GET", url: "/api/v1/namespaces/a/secrets/ecr-pull", accept: metadataOnly },
    ]);
  });

  test("of a secret comes with its data, wrapped", async () => {
    const data = { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") };
    const { server, api: cluster } = await api(
      answering({ kind: "Secret", metadata, type: "kubernetes.io/dockerconfigjson", data }),
    );

    const secret = await cluster.readSecret("a", "ecr-pull");

    expect(secret).toMatchObject({ resourceVersion: "7", type: "kubernetes.io/dockerconfigjson" });
    expect(secret?.data[".dockerconfigjson"]?.reveal()).toBe('{"auths":{}}');
    expect(JSON.stringify(secret)).toContain("[redacted]");
    expect(server.seen.map(asked)).toMatchObject([{ accept: "application/json" }]);
  });

  test("of a secret may have no data", async () => {
    const { api: cluster } = await api(answering({ kind: "Secret", metadata }));

    expect(await cluster.readSecret("a", "ecr-pull")).toEqual({
      resourceVersion: "7",
      type: "Opaque",
      data: {},
    });
  });

  test("of a secret whose data isn't base64 is an error without the data", async () => {
    const { api: cluster } = await api(
      answering({ kind: "Secret", metadata, data: { k: "h*nter2" } }),
    );

    await expect(cluster.readSecret("a", "ecr-pull")).rejects.toMatchObject({
      kind: "malformed",
      message: "read secret a/ecr-pull: an answer of another shape at data.k: not as expected",
    });
  });

  test("that isn't there is undefined", async () => {
    const { api: cluster } = await api((_seen, response) =>
      json(response, 404, status(404, "NotFound", 'secrets "ecr-pull" not found')),
    );

    expect(await cluster.getSecret("a", "ecr-pull")).toBeUndefined();
    expect(await cluster.readSecret("a", "ecr-pull")).toBeUndefined();
  });
});

describe("writes", () => {
  const manifest = {
    namespace: "a",
    name: "ecr-pull",
    type: "kubernetes.io/dockerconfigjson",
    labels: { l: "1" },
    annotations: { a: "2" },
    data: { ".dockerconfigjson": new SecretValue('{"auths":{}}') },
  };

  test.each([
    [{ force: false }, {}],
    [{ force: true, resourceVersion: "7" }, { resourceVersion: "7" }],
  ])("apply the whole secret as our field manager: %o", async (guard, guarded) => {
    const { server, api: cluster } = await api(
      answering({ kind: "PartialObjectMetadata", metadata }),
    );

    expect(await cluster.applySecret(manifest, guard)).toMatchObject(metadata);
    expect(server.seen.map(asked)).toEqual([
      {
        method: "PATCH",
        url: `/api/v1/namespaces/a/secrets/ecr-pull?fieldManager=ecr-pull-secrets&force=${guard.force}`,
        accept: metadataOnly,
        contentType: "application/apply-patch+yaml",
        body: {
          apiVersion: "v1",
          kind: "Secret",
          metadata: {
            namespace: "a",
            name: "ecr-pull",
            labels: { l: "1" },
            annotations: { a: "2" },
            ...guarded,
          },
          type: "kubernetes.io/dockerconfigjson",
          data: { ".dockerconfigjson": "eyJhdXRocyI6e319" },
        },
      },
    ]);
  });

  test("delete just the secret of that UID", async () => {
    const success = { kind: "Status", status: "Success" };
    const { server, api: cluster } = await api(answering(success));

    await cluster.deleteSecret("a", "ecr-pull", "uid-1");

    expect(server.seen.map(asked)).toEqual([
      {
        method: "DELETE",
        url: "/api/v1/namespaces/a/secrets/ecr-pull",
        accept: "application/json",
        contentType: "application/json",
        body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: "uid-1" } },
      },
    ]);
  });

  test("replace the links of the account as it was read, and keep nameless entries", async () => {
    const account = { namespace: "a", name: "default", resourceVersion: "9", imagePullSecrets: [] };
    const { server, api: cluster } = await api(
      answering({ kind: "PartialObjectMetadata", metadata }),
    );

    await cluster.setImagePullSecrets(account, ["theirs", "", "ecr-pull"]);

    expect(server.seen.map(asked)).toEqual([
      {
        method: "PATCH",
        url: "/api/v1/namespaces/a/serviceaccounts/default?fieldManager=ecr-pull-secrets",
        accept: metadataOnly,
        contentType: "application/merge-patch+json",
        body: {
          metadata: { resourceVersion: "9" },
          imagePullSecrets: [{ name: "theirs" }, {}, { name: "ecr-pull" }],
        },
      },
    ]);
  });
});

describe("paths", () => {
  test("come after the server's own path", async () => {
    const { server, api: cluster } = await api(answering(listOf([])), "/k8s/clusters/c-1/");

    await cluster.listNamespaces();

    expect(server.seen[0]?.url).toBe("/k8s/clusters/c-1/api/v1/namespaces?resourceVersion=0");
  });

  test("hold names encoded, whatever they contain", async () => {
    const { server, api: cluster } = await api((_seen, response) =>
      json(response, 404, status(404, "NotFound", "x")),
    );

    await cluster.getSecret("../kube-system", "a/b?c=d#e");
    await cluster.listSecrets("a=b,c\\d").catch(() => {});

    expect(server.seen.map(({ url }) => url)).toEqual([
      "/api/v1/namespaces/..%2Fkube-system/secrets/a%2Fb%3Fc%3Dd%23e",
      "/api/v1/secrets?fieldSelector=metadata.name%3Da%5C%3Db%5C%2Cc%5C%5Cd&resourceVersion=0",
    ]);
  });
});

test("no token is in an error, whatever a kubeconfig or a server does with it", async () => {
  const token = new SecretValue("sesame\r\nopen-0123456789");
  const server = await startServer(answering(listOf([])));
  const error = await connectTo(accessTo(server, { shown: { token } }))
    .api(neverAborted)
    .listNamespaces()
    .catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ kind: "invalid", hint: expect.stringContaining("token") });
  expect(server.seen).toHaveLength(0);
  expect(String(error)).not.toContain("sesame");
});
