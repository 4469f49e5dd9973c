/** What the fake adds to a real API server: faults, counters, and a hand on its objects. */
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createCertificateAuthority } from "../fakes/certificates.ts";
import type { KubernetesApiOptions } from "../fakes/kubernetes-api/api-options.ts";
import {
  type FaultAction,
  failureIn200,
  htmlPage,
  redirectTo,
} from "../fakes/kubernetes-api/faults.ts";
import { type KubernetesApi, startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";
import { createHttpClient, type HttpClient } from "./http-client.ts";
import { apply, expectFailure, expectStatus } from "./kubernetes-api/context.ts";

let api: KubernetesApi;
let admin: HttpClient;
const opened: (() => Promise<void>)[] = [];

beforeEach(() => restart());

afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

async function restart(options: KubernetesApiOptions = {}): Promise<void> {
  api = await startKubernetesApi(options);
  admin = as(api.admin.token);
  opened.push(api.close);
}

function as(token: string | undefined, certificate?: { cert: string; key: string }): HttpClient {
  const client = createHttpClient(api.url, api.ca, token, certificate);
  opened.push(() => client.close());
  return client;
}

/** A connection without a client's own ideas of retries. */
function openSession(): ClientHttp2Session {
  const session = connect(api.url, { ca: api.ca });
  session.on("error", () => undefined);
  opened.push(async () => session.destroy());
  return session;
}

async function statusOver(session: ClientHttp2Session): Promise<unknown> {
  const stream = session.request({ ":path": "/version" });
  const [headers] = await once(stream, "response");
  stream.resume();
  return headers[":status"];
}

const get = (path = "/api/v1/namespaces") => admin.send("GET", path);

describe("faults", () => {
  test("strike the requests that match, so often, and after so many", async () => {
    const fault = api.fault({
      on: { method: "GET", path: /namespaces$/, user: "admin" },
      after: 1,
      times: 2,
      do: { type: "status", code: 503 },
    });
    const other = as(api.addUser("other", ["system:masters"]).token);
    const statuses = [
      (await get()).status,
      (await get("/version")).status,
      (await other.send("GET", "/api/v1/namespaces")).status,
      (await get()).status,
      (await get()).status,
      (await get()).status,
    ];
    expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);
    expect(fault.hits).toBe(2);
  });

  test("can be taken back", async () => {
    const always = { times: Number.POSITIVE_INFINITY };
    const fault = api.fault({ ...always, do: { type: "status", code: 500 } });
    expectStatus(await get(), 500);
    fault.remove();
    expectStatus(await get(), 200);
    api.fault({ ...always, do: { type: "status", code: 500 } });
    api.clearFaults();
    expectStatus(await get(), 200);
  });

  test("429 says when to come back", async () => {
    api.fault({
      do: { type: "status", code: 429, reason: "TooManyRequests", retryAfterSeconds: 3 },
    });
    const answer = await get();
    expectFailure(answer, 429, "TooManyRequests", "scripted");
    expect(answer.headers["retry-after"]).toBe("3");
    expect(answer.at("details", "retryAfterSeconds")).toBe(3);
  });

  test("a delay answers late", async () => {
    api.fault({ do: { type: "delay", ms: 150 } });
    const start = performance.now();
    expectStatus(await get(), 200);
    expect(performance.now() - start).toBeGreaterThan(140);
  });

  test("a hang never answers", async () => {
    api.fault({ do: { type: "hang" } });
    const answered = get().then(
      () => "answered",
      () => "failed",
    );
    expect(await Promise.race([answered, sleep(200, "waiting")])).toBe("waiting");
    api.resetConnections();
    expect(await answered).toBe("failed");
  });

  test.each<[name: string, action: FaultAction, status: number, body: RegExp]>([
    ["an HTML page", htmlPage, 200, /^<!DOCTYPE html>/],
    ["a failure that calls itself a success", failureIn200, 200, /"status":"Failure"/],
    ["a redirect", redirectTo("https://elsewhere.example"), 302, /^$/],
    ["truncated JSON", { type: "truncate" }, 200, /^\{"kind":"NamespaceList".*[^}\n]$/],
  ])("%s", async (_name, action, status, body) => {
    api.fault({ do: action });
    const answer = await get();
    expectStatus(answer, status);
    expect(answer.text).toMatch(body);
    expect(answer.json === undefined || action === failureIn200).toBe(true);
  });

  test("an endless body goes on", async () => {
    api.fault({ do: { type: "endless" } });
    const stream = openSession().request({
      ":path": "/api/v1/namespaces",
      authorization: `Bearer ${api.admin.token}`,
    });
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > 256 * 1024) {
        break;
      }
    }
    expect(bytes).toBeGreaterThan(256 * 1024);
  });

  describe.each([true, false])("over HTTP/2: %s", (http2) => {
    test("reset carries nothing out", async () => {
      await restart({ http2 });
      api.fault({ on: { method: "PATCH" }, do: { type: "reset" } });
      const place = { namespace: "default", name: "s" };
      await expect(apply(admin, place)).rejects.toThrow();
      expect(api.state.secret("default", "s")).toBeUndefined();
      expect(api.requests.at(-1)?.status).toBeUndefined();
      expectStatus(await apply(admin, place), 201);
    });

    test("reset-after carries the request out and loses the answer", async () => {
      await restart({ http2 });
      api.fault({ on: { method: "PATCH" }, do: { type: "reset-after" } });
      await expect(apply(admin, { namespace: "default", name: "s" })).rejects.toThrow();
      expect(api.state.secret("default", "s")).toBeDefined();
    });

    test("cut loses the second half of the answer", async () => {
      await restart({ http2 });
      api.fault({ do: { type: "cut" } });
      await expect(get()).rejects.toThrow();
      expectStatus(await get(), 200);
      expect(api.connections).toBe(2);
    });
  });

  test("a refused stream says that nothing was done", async () => {
    api.fault({ do: { type: "refuse-stream" } });
    const session = openSession();
    const stream = session.request({ ":path": "/version" });
    await expect(once(stream, "response")).rejects.toThrow("NGHTTP2_REFUSED_STREAM");
    expect(await statusOver(session)).toBe(200);
  });

  describe("GOAWAY", () => {
    test("that lets requests finish answers them, and ends the connection", async () => {
      expectStatus(await get(), 200);
      api.fault({ do: { type: "goaway", inFlight: "finish" } });
      expectStatus(await get(), 200);
      await expect.poll(() => api.openConnections).toBe(0);
      expectStatus(await get(), 200);
      expect(api.connections).toBe(2);
    });

    test("that loses requests says which", async () => {
      const session = openSession();
      const goaway = once(session, "goaway");
      expect(await statusOver(session)).toBe(200);
      api.fault({ do: { type: "goaway", inFlight: "lose" } });
      await expect(statusOver(session)).rejects.toThrow();
      const [code, lastStreamId] = await goaway;
      expect([code, lastStreamId]).toEqual([0, 1]);
    });

    test("can be sent at any time", async () => {
      expectStatus(await get(), 200);
      api.goAway();
      await expect.poll(() => api.openConnections).toBe(0);
      expectStatus(await get(), 200);
    });
  });
});

describe("a stop", () => {
  test("refuses connections, and a start brings back the same server", async () => {
    const { url } = api;
    await apply(admin, { namespace: "default", name: "s" });
    await api.stop();
    expect(api.openConnections).toBe(0);
    await expect(get()).rejects.toThrow();
    await api.start();
    expect(api.url).toBe(url);
    expectStatus(await get("/api/v1/namespaces/default/secrets/s"), 200);
  });

  test("may happen twice", async () => {
    await api.stop();
    await api.stop();
  });
});

describe("counters", () => {
  test("tell every request, and who made it", async () => {
    await get("/api/v1/namespaces?limit=1");
    await apply(as("nobody"), { namespace: "default", name: "s" });
    expect(
      api.requests.map(({ method, path, verb, user, status, protocol }) => [
        method,
        path,
        verb,
        user,
        status,
        protocol,
      ]),
    ).toEqual([
      ["GET", "/api/v1/namespaces", "list", "admin", 200, "h2"],
      ["PATCH", "/api/v1/namespaces/default/secrets/s", "patch", undefined, 401, "h2"],
    ]);
    expect(api.requests[0]?.query.get("limit")).toBe("1");
    expect(api.requests[1]?.body).toContain('"name":"s"');
    api.forgetRequests();
    expect(api.requests).toEqual([]);
  });

  test("count connections, handshakes and requests at once", async () => {
    api.fault({ times: 10, do: { type: "delay", ms: 50 } });
    await get();
    await Promise.all(Array.from({ length: 5 }, () => get()));
    expect(api.connections).toBe(1);
    expect(api.tlsSessions).toBe(1);
    expect(api.peakInFlight).toBe(5);
  });
});

describe("surprises", () => {
  test.each([
    ["GET", "/api/v1/namespaces?labelselector=a"],
    ["GET", "/api/v1/namespaces?watch=true"],
    ["GET", "/api/v1/nodes"],
    ["GET", "/apis/apps/v1/replicasets"],
    ["GET", "/apis/autoscaling/v2/horizontalpodautoscalers"],
    ["GET", "/apis/autoscaling/v2"],
    ["GET", "/api/v1/namespaces/default/pods/p/log"],
    ["DELETE", "/api/v1/namespaces/default/secrets"],
  ])("%s %s is answered with 500, and noted", async (method, path) => {
    const answer = await admin.send(method, path);
    expectFailure(answer, 500, "InternalError", "^the fake API server doesn't imitate this: ");
    expect(api.surprises).toEqual([answer.at("message")]);
  });
});

describe("client certificates", () => {
  test("are users with groups", async () => {
    const user = as(undefined, await api.clientCertificate("carol", ["ops", "devs"]));
    expectFailure(
      await user.send("GET", "/api/v1/namespaces"),
      403,
      "Forbidden",
      'User "carol" cannot list',
    );
    const master = as(undefined, await api.clientCertificate("root", ["system:masters"]));
    expectStatus(await master.send("GET", "/api/v1/namespaces"), 200);
  });

  test("count more than a token", async () => {
    const user = as(api.admin.token, await api.clientCertificate("carol"));
    expectStatus(await user.send("GET", "/api/v1/namespaces"), 403);
  });

  test("of another authority are refused, but with a token", async () => {
    const other = await createCertificateAuthority("other");
    const certificate = await other.issueClient("eve", ["system:masters"]);
    expectStatus(await as(undefined, certificate).send("GET", "/api/v1/namespaces"), 401);
    expectStatus(await as(api.admin.token, certificate).send("GET", "/api/v1/namespaces"), 200);
  });

  test("that have expired are refused", async () => {
    const day = 24 * 3_600_000;
    const certificate = await api.authority.issueClient("carol", [], {
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    });
    expectStatus(await as(undefined, certificate).send("GET", "/version"), 401);
  });
});

describe("the state at hand", () => {
  test("shows secrets decoded, and edits them as somebody else", async () => {
    await apply(admin, { namespace: "default", name: "s" }, { data: { a: "eA==" } });
    expect(api.state.secretData("default", "s")).toEqual({ a: "x" });
    const edited = api.state.editSecret("default", "s", { data: { a: "eQ==" } });
    expect(edited.metadata.managedFields?.map(({ manager }) => manager)).toEqual(["kubectl-edit"]);
    expect(api.state.secretsNamed("s").size).toBe(1);
    api.state.deleteSecret("default", "s");
    expect(api.state.secretData("default", "s")).toBeUndefined();
  });

  test("makes a default account in each new namespace, unless it is told not to", async () => {
    api.state.createNamespace("team");
    expect(api.state.imagePullSecrets("team", "default")).toEqual([]);
    await restart({ defaultServiceAccounts: false, namespaces: ["team"] });
    expect(api.state.imagePullSecrets("team", "default")).toBeUndefined();
    expect((await get()).at("items", 1)).toBeUndefined();
  });

  test("ends namespaces in two steps", async () => {
    api.state.createNamespace("team");
    api.state.createSecret("team", "s", { data: { a: "x" }, type: "Opaque" });
    api.state.deleteNamespace("team");
    expectStatus(await apply(admin, { namespace: "team", name: "new" }), 403);
    api.state.removeNamespace("team");
    expectStatus(await apply(admin, { namespace: "team", name: "new" }), 404);
    expect(api.state.secret("team", "s")).toBeUndefined();
  });

  test("holds any kind, by its manifest", async () => {
    const metadata = { name: "app", namespace: "default" };
    api.state.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "x" } });
    expect(api.state.find("ConfigMap", "app", "default")?.["data"]).toEqual({ a: "x" });
    expect(api.state.all("ConfigMap").map((each) => each.metadata.name)).toEqual(["app"]);
    expect(api.state.find("ConfigMap", "other", "default")).toBeUndefined();
    expect(() => api.state.all("Gadget")).toThrow("stores no Gadget");
    const wrong = { apiVersion: "v1", kind: "Deployment", metadata };
    expect(() => api.state.create(wrong)).toThrow("Deployment is of apps/v1, not of v1");
  });

  test("doesn't take workloads by apply, whose owners it doesn't keep", async () => {
    const path = "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=m";
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
    const contentType = "application/apply-patch+yaml";
    expectStatus(await admin.send("PATCH", path, { contentType, body }), 500);
    expect(api.surprises).toEqual([
      "the fake API server doesn't imitate this: an apply of deployments",
    ]);
  });

  test("grants rights to users and service accounts", async () => {
    api.state.createServiceAccount("default", "app", ["one"]);
    const app = as(api.state.serviceAccountToken("default", "app"));
    expectStatus(await app.send("GET", "/api/v1/namespaces"), 403);
    api.state.grant("system:serviceaccount:default:app", [
      { verbs: ["list"], resources: ["namespaces"] },
    ]);
    expectStatus(await app.send("GET", "/api/v1/namespaces"), 200);
    const short = as(api.state.serviceAccountToken("default", "app", 0));
    expectStatus(await short.send("GET", "/version"), 401);
  });
});

test("expired continue tokens are answered with 410, and one to go on with", async () => {
  const first = await get("/api/v1/namespaces?limit=1");
  api.state.createNamespace("a-new-one");
  api.state.createNamespace("team");
  api.compact();
  const continued = (answer: typeof first) => String(answer.at("metadata", "continue"));
  const expired = await get(`/api/v1/namespaces?limit=1&continue=${continued(first)}`);
  expectFailure(expired, 410, "Expired", "^The provided continue parameter is too old");
  const rest = await get(`/api/v1/namespaces?continue=${continued(expired)}`);
  const items = rest.at("items");
  expect(Array.isArray(items) && items.map(({ metadata }) => metadata.name)).toEqual([
    "kube-node-lease",
    "kube-public",
    "kube-system",
    "team",
  ]);
});

test("grants less than was asked for, as managed control planes do", async () => {
  await restart({ maxTokenLifetimeSeconds: 86_400 });
  const answer = await admin.send(
    "POST",
    "/api/v1/namespaces/default/serviceaccounts/default/token",
    { body: { spec: { expirationSeconds: 1_000_000 } } },
  );
  const expires = Date.parse(String(answer.at("status", "expirationTimestamp")));
  expect(Math.abs(expires - Date.now() - 86_400_000)).toBeLessThan(10_000);
});

describe("a kubeconfig", () => {
  test("holds all that a client needs", async () => {
    const user = api.addUser("carol");
    const config = parse(api.kubeconfig(user));
    expect(config).toMatchObject({
      "current-context": "fake",
      users: [{ name: "carol", user: { token: user.token } }],
      clusters: [{ cluster: { server: api.url } }],
    });
    const { cluster } = config.clusters[0];
    const ca = Buffer.from(cluster["certificate-authority-data"], "base64").toString();
    expect(ca).toBe(api.ca);
  });

  test("has as many contexts as are wanted, each with its own user and server", async () => {
    const certificate = await api.clientCertificate("dave");
    const other = { url: "https://other.example", ca: "other" };
    const contexts = [
      { name: "prod", namespace: "team" },
      { name: "test", user: { name: "dave", certificate }, server: other },
    ];
    const config = parse(api.kubeconfig(undefined, contexts));
    expect(config).toMatchObject({
      "current-context": "prod",
      contexts: [
        { name: "prod", context: { cluster: "prod", user: "admin@prod", namespace: "team" } },
        { name: "test", context: { cluster: "test", user: "dave@test" } },
      ],
      clusters: [
        { name: "prod", cluster: { server: api.url } },
        { name: "test", cluster: { server: other.url } },
      ],
    });
    expect(config.users[0]).toEqual({ name: "admin@prod", user: { token: api.admin.token } });
    const { user } = config.users[1];
    expect(Buffer.from(user["client-key-data"], "base64").toString()).toBe(certificate.key);
    expect(parse(api.kubeconfig(undefined, contexts, "test"))["current-context"]).toBe("test");
    expect(parse(api.kubeconfig(undefined, contexts, null))["current-context"]).toBeUndefined();
  });
});

describe("the clock", () => {
  const start = new Date("2030-01-01T12:00:00Z");

  test("may be another than the machine's, and shows in every answer", async () => {
    await restart({ now: () => start });
    const answer = await get("/api/v1/namespaces/default");
    expect(answer.headers["date"]).toBe("Tue, 01 Jan 2030 12:00:00 GMT");
    expect(answer.at("metadata", "creationTimestamp")).toBe("2030-01-01T12:00:00Z");
    expect((await as("nobody").send("GET", "/version")).headers["date"]).toBe(
      answer.headers["date"],
    );
  });

  test("lets tokens expire, to the second", async () => {
    let time = start;
    await restart({ now: () => time, maxTokenLifetimeSeconds: 86_400 });
    const path = "/api/v1/namespaces/default/serviceaccounts/default/token";
    const body = { spec: { expirationSeconds: 30 * 86_400 } };
    const granted = await admin.send("POST", path, { body });
    expect(granted.at("status", "expirationTimestamp")).toBe("2030-01-02T12:00:00Z");
    expect(granted.at("spec", "expirationSeconds")).toBe(86_400);
    const user = as(String(granted.at("status", "token")));
    time = new Date("2030-01-02T11:59:59Z");
    expectStatus(await user.send("GET", "/version"), 200);
    time = new Date("2030-01-02T12:00:00Z");
    expectStatus(await user.send("GET", "/version"), 401);
  });
});

describe("admission policies", () => {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const place = { namespace: "default", name: "s" };

  function install(message: string, fields: object = {}, actions: readonly string[] = ["Deny"]) {
    const metadata = { name: message };
    const rule = {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["*"],
      resources: ["secrets"],
    };
    api.state.create({
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: "false", message }],
        ...fields,
      },
    });
    api.state.create({
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: message, validationActions: actions },
    });
  }

  test("may take effect late, and until then the ones before them judge", async () => {
    await restart({ policyLag: 2 });
    install("first");
    const dry = { query: "&dryRun=All" };
    const tries = async (times: number) => {
      const answers: unknown[] = [];
      for (let time = 0; time < times; time += 1) {
        const answer = await apply(admin, place, {}, dry);
        answers.push(/denied request: (.*)$/.exec(String(answer.at("message")))?.[1]);
      }
      return answers;
    };
    expect(await tries(3)).toEqual([undefined, undefined, "first"]);
    await get("/api/v1/namespaces/default/secrets");
    await admin.send("PATCH", `/apis/${apiVersion}/validatingadmissionpolicies/first`, {
      contentType: "application/merge-patch+json",
      body: { spec: { validations: [{ expression: "false", message: "second" }] } },
    });
    expect(await tries(3)).toEqual(["first", "first", "second"]);
  });

  test("aren't there on an older server", async () => {
    await restart({ version: "v1.29.4+k3s1", admissionPolicies: false });
    expect((await get("/version")).at("minor")).toBe("29");
    const served = (await get(`/apis/${apiVersion}`)).at("resources");
    expect(JSON.stringify(served)).not.toContain("validatingadmissionpolic");
    expect(JSON.stringify(served)).toContain("validatingwebhookconfigurations");
    const path = `/apis/${apiVersion}/validatingadmissionpolicies`;
    expectFailure(await get(path), 404, "NotFound", "could not find the requested resource$");
    expectStatus(await admin.send("PATCH", `${path}/p?fieldManager=m`, { body: {} }), 404);
    expect(api.surprises).toEqual([]);
  });

  const validating = (expression: string) => ({ validations: [{ expression }] });

  test.each<[fields: object]>([
    [validating("sets.contains([1], [1])")],
    [validating("object.metadata.labels.all(key, value, value != '')")],
    [validating("'a'.replace('a', 'b') == 'b'")],
    [{ paramKind: { apiVersion: "v1", kind: "ConfigMap" } }],
    [{ auditAnnotations: [{ key: "a", valueExpression: "'x'" }] }],
  ])("that weren't compared with the real server's are surprises: %j", (fields) => {
    expect(() => install("p", fields)).toThrow("doesn't imitate this: ");
  });

  test("that would only warn are surprises", async () => {
    install("p", {}, ["Warn"]);
    expectStatus(await apply(admin, place), 500);
    expect(api.surprises).toEqual([
      "the fake API server doesn't imitate this: a warning of an admission policy",
    ]);
  });
});

test.each([0, 2])("deleted namespaces end after %i more requests", async (namespacesEndAfter) => {
  await restart({ namespacesEndAfter });
  api.state.createNamespace("team");
  api.state.createSecret("team", "s");
  await admin.send("DELETE", "/api/v1/namespaces/team");
  for (let requests = 0; requests < namespacesEndAfter; requests += 1) {
    expect((await get("/api/v1/namespaces/team")).at("status", "phase")).toBe("Terminating");
  }
  expect(api.state.find("Namespace", "team")).toBeUndefined();
  expect(api.state.secret("team", "s")).toBeUndefined();
  expectStatus(await get("/api/v1/namespaces/team"), 404);
});

test("namespaces don't end while something in them has finalizers", async () => {
  await restart({ namespacesEndAfter: 0 });
  api.state.createNamespace("team");
  api.state.createSecret("team", "s");
  api.state.createSecret("team", "held");
  api.state.editSecret("team", "held", { metadata: { finalizers: ["example.com/hold"] } });
  await admin.send("DELETE", "/api/v1/namespaces/team");
  expectStatus(await get("/api/v1/namespaces/team"), 200);
  expect(api.state.secret("team", "s")).toBeUndefined();
  api.state.editSecret("team", "held", { metadata: { finalizers: null } });
  await get();
  expectStatus(await get("/api/v1/namespaces/team"), 404);
});

test("without HTTP/2 it speaks HTTP/1.1", async () => {
  await restart({ http2: false });
  expectStatus(await get(), 200);
  expect(api.requests.at(-1)?.protocol).toBe("h1");
});
