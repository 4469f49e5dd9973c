import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ConnectionOptions } from "../../../src/kubernetes/transport/options.ts";
import {
  accessTo,
  connectTo,
  json,
  neverAborted,
  type Response,
  secretMetadata,
  startServer,
  status,
} from "./api-server.ts";

type Answer = (response: Response) => void;

const text =
  (code: number, contentType: string, body: string | Buffer, headers = {}): Answer =>
  (response) => {
    response.writeHead(code, { "content-type": contentType, ...headers });
    response.end(body);
  };
const html = "<!DOCTYPE html><html><body>Sign in: tok3nTOK3Ntok3nTOK3N</body></html>";
const list = JSON.stringify({ kind: "SecretList", items: [] });
const gzip = { "content-encoding": "gzip" };
const mebibyte = 1024 * 1024;

const endless =
  (chunk: string, everyMs: number): Answer =>
  async (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    while (!response.destroyed && !response.stream?.destroyed) {
      response.write(chunk);
      await delay(everyMs);
    }
  };

const protocols = [
  { protocol: "h2", http1Only: false },
  { protocol: "http/1.1", http1Only: true },
];

describe.each(protocols)("over $protocol", ({ http1Only }) => {
  const options: Partial<ConnectionOptions> = {
    maxAnswerBytes: mebibyte,
    maxListBytes: 2 * mebibyte,
  };
  const impatient = { ...options, headersTimeoutMs: 150, bodyTimeoutMs: 150 };

  async function answered(answer: Answer, limits = options) {
    const server = await startServer((_seen, response) => answer(response), { http1Only });
    const connection = connectTo(accessTo(server), limits);
    return { server, connection, api: connection.api(neverAborted) };
  }

  test.each<[string, Answer, string, RegExp]>([
    ["an HTML page", text(200, "text/html", html), "malformed", /isn't a JSON object of Kub/],
    ["half an object", text(200, "application/json", '{"kind":"Se'), "malformed", /isn't a JSON/],
    ["another JSON", text(200, "application/json", "[1]"), "malformed", /isn't a JSON object/],
    ["no kind", text(200, "application/json", '{"items":[]}'), "malformed", /isn't a JSON object/],
    ["nothing", text(200, "application/json", ""), "malformed", /an empty answer/],
    ["nothing, with 204", text(204, "application/json", ""), "malformed", /an empty answer/],
    [
      "cut gzip",
      text(200, "application/json", gzipSync(list).subarray(0, -9), gzip),
      "malformed",
      /gzip that is cut off/,
    ],
    ["no gzip", text(200, "application/json", list, gzip), "malformed", /gzip that is cut off/],
    [
      "brotli that nobody asked for",
      text(200, "application/json", list, { "content-encoding": "br" }),
      "malformed",
      /encoding that nobody asked for/,
    ],
    [
      "a body over the limit",
      text(200, "application/json", "x".repeat(3 * mebibyte)),
      "too-large",
      /larger than 2 MiB/,
    ],
    [
      "gzip that is over the limit unpacked",
      text(200, "application/json", gzipSync("x".repeat(3 * mebibyte)), gzip),
      "too-large",
      /larger than 2 MiB/,
    ],
    ["an endless body", endless("x".repeat(100_000), 1), "too-large", /larger than 2 MiB/],
    [
      "a redirect",
      text(302, "text/html", html, { location: "https://login.example.com/?next=t0k" }),
      "redirect",
      /redirects to login\.example\.com \(302\)/,
    ],
    ["a redirect to nowhere", text(307, "text/html", ""), "redirect", /redirects \(307\)/],
    ["not modified", text(304, "text/html", ""), "redirect", /redirects \(304\)/],
    ["a 404 page", text(404, "text/html", html), "malformed", /answered 404/],
    ["a 404 of another server", text(404, "text/plain", "404 page not found"), "malformed", /404/],
    ["a 409 of another server", text(409, "text/plain", "no"), "malformed", /answered 409/],
    ["a 401 page", text(401, "text/html", html), "unauthorized", /answered 401/],
    ["a 403 page", text(403, "text/html", html), "forbidden", /answered 403/],
  ])("%s is an error at once", async (_title, answer, kind, message) => {
    const { server, connection, api } = await answered(answer);

    const error = await api.listNamespaces().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name: "ClusterError", kind });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
    expect(String(error)).not.toMatch(/tok3n|t0k/i);
    expect(server.seen).toHaveLength(1);
    expect(connection.stats.retries).toBe(0);
  });

  test.each<[string, Answer, RegExp]>([
    ["a body that drips", endless(" ", 20), /didn't end within 0\.15 s/],
    [
      "a body that stops",
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{");
      },
      /didn't end within|stopped for 0\.15 s/,
    ],
    ["no headers", () => {}, /no answer within 0\.15 s/],
  ])("%s ends with a timeout, and isn't asked for again", async (_title, answer, message) => {
    const { server, connection, api } = await answered(answer, impatient);

    await expect(api.listNamespaces()).rejects.toMatchObject({
      name: "ClusterError",
      kind: "timeout",
      message: expect.stringMatching(message),
    });
    expect(server.seen).toHaveLength(1);
    expect(connection.stats.retries).toBe(0);
  });

  test.each([
    ["of 200", text(200, "text/html", html)],
    ["of 404", text(404, "text/html", `\n  ${html}`)],
    ["of 403", text(403, "text/html", html)],
  ])("a page %s is told to come from a proxy or login page", async (_title, answer) => {
    const { api } = await answered(answer);

    await expect(api.listNamespaces()).rejects.toMatchObject({
      hint: "an HTML page: is a proxy or login page in between?",
    });
  });

  test("a 503 page is tried again, and told as what it is", async () => {
    const { server, api } = await answered(text(503, "text/html", html));

    await expect(api.listNamespaces()).rejects.toMatchObject({
      kind: "server",
      status: 503,
      hint: expect.stringContaining("HTML page"),
    });
    expect(server.seen).toHaveLength(6);
  });

  test("a body that is shorter than announced is tried again", async () => {
    const { server, api } = await answered((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write(list);
      setTimeout(() => (response.stream ?? response.socket).destroy(), 5);
    });

    await expect(api.listNamespaces()).rejects.toMatchObject({
      kind: expect.stringMatching(/malformed|unreachable/),
      message: expect.stringMatching(/cut off|was lost/),
    });
    expect(server.seen).toHaveLength(6);
  });

  test("one answer that is too large or too slow harms no other", async () => {
    const server = await startServer(
      (seen, response) =>
        seen.url.endsWith("/large")
          ? endless("x".repeat(100_000), 1)(response)
          : seen.url.endsWith("/slow")
            ? endless(" ", 20)(response)
            : setTimeout(() => json(response, 200, secretMetadata("a", "s")), 50),
      { http1Only },
    );
    const limits = { ...options, bodyTimeoutMs: 500 };
    const api = connectTo(accessTo(server), limits).api(neverAborted);

    const [large, slow, ...good] = await Promise.allSettled([
      api.getSecret("a", "large"),
      api.getSecret("a", "slow"),
      ...Array.from({ length: 5 }, () => api.getSecret("a", "s")),
    ]);

    expect(large).toMatchObject({ reason: { kind: "too-large" } });
    expect(slow).toMatchObject({ reason: { kind: "timeout" } });
    expect(good).toEqual(good.map(() => expect.objectContaining({ status: "fulfilled" })));
  });

  test("gzip is asked for and understood in lists, not asked for in objects", async () => {
    const server = await startServer(
      (seen, response) =>
        seen.url.startsWith("/api/v1/namespaces?")
          ? text(200, "application/json", gzipSync(list), gzip)(response)
          : json(response, 200, secretMetadata()),
      { http1Only },
    );
    const api = connectTo(accessTo(server), options).api(neverAborted);

    await expect(api.listNamespaces()).resolves.toEqual([]);
    await api.getSecret("a", "s");

    expect(server.seen.map(({ headers }) => headers["accept-encoding"])).toEqual([
      "gzip",
      undefined,
    ]);
  });
});

describe("an error of the API server", () => {
  const terminating = {
    causes: [
      {
        reason: "NamespaceTerminating",
        message: "namespace a is being terminated",
        field: "metadata.namespace",
      },
    ],
  };
  const invalid = 'Secret "s" is invalid: type: Invalid value: "Opaque": field is immutable';

  test.each<[string, object, string]>([
    ["401", status(401, "Unauthorized", "Unauthorized"), "unauthorized"],
    ["403", status(403, "Forbidden", 'secrets "s" is forbidden'), "forbidden"],
    [
      "403 of a namespace that is going",
      status(
        403,
        "Forbidden",
        "unable to create new content in namespace a because it is being terminated",
      ),
      "terminating",
    ],
    ["the same, in its causes only", status(403, "Forbidden", "x", terminating), "terminating"],
    ["404", status(404, "NotFound", 'namespaces "a" not found'), "not-found"],
    ["409", status(409, "Conflict", "the object has been modified"), "conflict"],
    ["422 of a field that can't change", status(422, "Invalid", invalid), "immutable"],
    ["422", status(422, "Invalid", "metadata.name: Invalid value"), "invalid"],
    [
      "422 of an admission policy",
      status(422, "Invalid", "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"),
      "forbidden",
    ],
    [
      "400 of an admission webhook",
      status(400, "BadRequest", 'admission webhook "w.example.com" denied the request: no'),
      "forbidden",
    ],
    ["400", status(400, "BadRequest", "unknown field"), "invalid"],
    ["413", status(413, "RequestEntityTooLarge", "limit is 3145728"), "invalid"],
    ["415", status(415, "UnsupportedMediaType", "x"), "invalid"],
    ["429", status(429, "TooManyRequests", "later"), "throttled"],
    ["500", status(500, "InternalError", "etcdserver: request timed out"), "server"],
  ])("%s is told by kind", async (_title, body, kind) => {
    const code = "code" in body && typeof body.code === "number" ? body.code : 0;
    const message = "message" in body ? String(body.message) : "";
    const direct = await startServer((_seen, response) => json(response, code, body));
    // As a proxy that turns every answer into a 200.
    const flattened = await startServer((_seen, response) => json(response, 200, body));

    for (const server of [direct, flattened]) {
      const api = connectTo(accessTo(server)).api(neverAborted);
      await expect(api.deleteSecret("a", "s", "u")).rejects.toMatchObject({
        name: "ClusterError",
        kind,
        status: code,
        message: expect.stringContaining(message),
      });
    }
  });

  test("without a code in a 200 counts as a failure of the server", async () => {
    const body = { kind: "Status", status: "Failure", message: "oh no" };
    const server = await startServer((_seen, response) => json(response, 200, body));

    await expect(
      connectTo(accessTo(server)).api(neverAborted).listNamespaces(),
    ).rejects.toMatchObject({ kind: "server", status: 500 });
  });

  test("names the managers and the fields of a conflict", async () => {
    const causes = [
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "kubectl-edit" using v1 at 2026-01-01T00:00:00Z',
        field: ".data..dockerconfigjson",
      },
      { reason: "FieldManagerConflict", message: 'conflict with "a \\"b\\""', field: ".type" },
      { reason: "FieldManagerConflict", message: "in other words" },
      { reason: "Other", message: "x" },
    ];
    const server = await startServer((_seen, response) =>
      json(response, 409, status(409, "Conflict", "Apply failed with 3 conflicts", { causes })),
    );

    await expect(
      connectTo(accessTo(server)).api(neverAborted).deleteSecret("a", "s", "u"),
    ).rejects.toMatchObject({
      kind: "conflict",
      conflicts: [
        { manager: "kubectl-edit", field: ".data..dockerconfigjson" },
        { manager: 'a \\"b\\"', field: ".type" },
        { manager: "unknown", field: "" },
      ],
    });
  });

  test.each<[string, object]>([
    ["details that are no object", { kind: "Status", code: 404, details: "x" }],
    ["causes that are no list", { kind: "Status", code: 404, details: { causes: 5 } }],
    ["a message that is no text", { kind: "Status", code: 404, message: { a: 1 } }],
  ])("is understood with %s", async (_title, body) => {
    const server = await startServer((_seen, response) => json(response, 404, body));

    await expect(
      connectTo(accessTo(server)).api(neverAborted).deleteSecret("a", "s", "u"),
    ).rejects.toMatchObject({ kind: "not-found", message: expect.stringContaining("404") });
  });

  test("in a message of any length and content stays short, on one line, without secrets", async () => {
    const jwt =
      "eyJhbGciOiJSUzI1NiIsImtpZCI6Ik1URXcifQ.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2U1In0.c2lnbmF0dXJl";
    const message = `bad\n\u001b[31mBearer ${jwt} \u202e${"word ".repeat(5_000)}`;
    const server = await startServer((_seen, response) =>
      json(response, 400, status(400, "BadRequest", message)),
    );

    const error = await connectTo(accessTo(server))
      .api(neverAborted)
      .listNamespaces()
      .catch((thrown: unknown) => String(thrown));

    expect(error).toMatch(/^ClusterError: list namespaces: bad Bearer \[redacted\] word word/);
    expect(error).toMatch(/^[\x20-\x7e…]+$/);
    expect(error).not.toMatch(/eyJ|c2lnb/);
    expect(String(error).length).toBeLessThan(340);
  });
});
