import { constants } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  accessTo,
  connectTo,
  json,
  neverAborted,
  onCleanup,
  type Respond,
  type Response,
  secretMetadata,
  startServer,
  status,
  type TestConnection,
  type TestServer,
  testWorld,
} from "./api-server.ts";

const manifest = (namespace: string) => ({
  namespace,
  name: "ecr-pull",
  type: "kubernetes.io/dockerconfigjson",
  labels: {},
  annotations: {},
  data: { ".dockerconfigjson": new SecretValue("{}") },
});

const answerSecret: Respond = (seen, response) =>
  json(response, 200, secretMetadata(seen.url.split("/")[4]));

async function applyMany(connection: TestConnection, count: number): Promise<Set<string>> {
  const api = connection.api(neverAborted);
  const applied = Array.from({ length: count }, (_, index) =>
    api.applySecret(manifest(`ns-${index}`), { force: true }),
  );
  return new Set((await Promise.all(applied)).map(({ namespace }) => namespace));
}

const session = (response: Response) => response.stream.session;

function halfAnAnswer(response: Response): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"kind":');
  setTimeout(() => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR), 5);
}

describe("200 applies under way", () => {
  // As an API server says goodbye: those under way still get their answer.
  test("survive a GOAWAY without a retry of ours", async () => {
    const server = await startServer((seen, response) => {
      if (seen.number === 60) {
        session(response)?.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
      }
      setTimeout(() => answerSecret(seen, response), 20);
    });
    const connection = connectTo(accessTo(server), { maxInFlight: 100 });

    expect((await applyMany(connection, 200)).size).toBe(200);
    expect(server.connections).toBe(2);
    expect(connection.stats).toMatchObject({ requests: 200, retries: 0 });
  });

  test("survive a server that says GOAWAY after every 20th request", async () => {
    const server = await startServer((seen, response) => {
      if (seen.number % 20 === 0) {
        session(response)?.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
      }
      setTimeout(() => answerSecret(seen, response), 5);
    });
    const connection = connectTo(accessTo(server), { maxInFlight: 20 });

    expect((await applyMany(connection, 200)).size).toBe(200);
    expect(server.connections).toBeGreaterThan(5);
  });

  test.each<[string, (response: Response) => void]>([
    ["a GOAWAY that refuses the newest", (response) => session(response)?.goaway(0, 51)],
    [
      "a GOAWAY for too many requests, and the end",
      (response) => {
        session(response)?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 51);
        setImmediate(() => session(response)?.destroy());
      },
    ],
    ["a connection that breaks", (response) => session(response)?.socket?.destroy()],
    ["a session that errs", (response) => session(response)?.destroy(new Error("boom"), 2)],
    ["a refused stream", (response) => response.stream.close(constants.NGHTTP2_REFUSED_STREAM)],
    ["a reset stream", (response) => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    ["a stream that ends without an answer", (response) => response.stream.close(0)],
    ["half an answer", halfAnAnswer],
  ])("survive %s", async (_title, fault) => {
    const server = await startServer((seen, response) => {
      setTimeout(() => {
        if (!response.headersSent && !response.destroyed) {
          answerSecret(seen, response);
        }
      }, 10);
      if (seen.number === 60) {
        fault(response);
      }
    });
    const connection = connectTo(accessTo(server));

    expect((await applyMany(connection, 200)).size).toBe(200);
    expect(server.seen.length).toBeGreaterThan(200);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test.each([{ http1Only: false }, { http1Only: true }])(
    "survive a server that restarts on its port ($http1Only)",
    async (options) => {
      const world = { ...testWorld(), sleep: (ms: number) => delay(ms) };
      const first = await startServer((seen, response) => {
        if (seen.number <= 10) {
          answerSecret(seen, response);
        }
      }, options);
      const connection = connectTo(accessTo(first), { world });
      await applyMany(connection, 1);

      const applied = applyMany(connection, 200);
      await expect.poll(() => first.seen.length).toBeGreaterThan(20);
      await first.stop();
      await delay(300);
      const second = await startServer(answerSecret, { ...options, port: first.port });

      expect((await applied).size).toBe(200);
      expect(second.seen.length).toBeGreaterThan(0);
      expect(connection.stats.retries).toBeGreaterThan(0);
    },
  );
});

test("a server that has just restarted may refuse for a while what it allows", async () => {
  const refusal = status(403, "Forbidden", 'User "x" cannot patch resource "secrets"');
  const world = testWorld();
  let second: Promise<TestServer> | undefined;
  const restart = () => {
    second = startServer(
      (seen, response) =>
        seen.number <= 20 ? json(response, 403, refusal) : answerSecret(seen, response),
      { port: first.port },
    );
    return second;
  };
  const first = await startServer(answerSecret);
  const sleep = async (ms: number, signal: AbortSignal) => {
    await world.sleep(ms, signal);
    await (second ?? restart());
  };
  const connection = connectTo(accessTo(first), { world: { ...world, sleep } });
  await applyMany(connection, 1);
  await first.stop();
  // The client has to notice, or its first request would find out, and wait before it dials.
  await delay(200);

  expect((await applyMany(connection, 20)).size).toBe(20);
  expect(connection.stats).toMatchObject({ connections: 2, requests: 41, retries: 20 });

  world.nowMs += 15_000;
  const server = await second;
  if (server) {
    server.respond = (_seen, response) => json(response, 403, refusal);
  }
  await expect(applyMany(connection, 1)).rejects.toMatchObject({ kind: "forbidden" });
  expect(connection.stats.retries).toBe(20);
});

describe("a request", () => {
  const unavailable = status(503, "ServiceUnavailable", "apiserver is shutting down");

  test.each([
    [429, "TooManyRequests"],
    [500, "InternalError"],
    [502, "BadGateway"],
    [503, "ServiceUnavailable"],
    [504, "Timeout"],
  ])("is repeated after a %i", async (code, reason) => {
    const server = await startServer((seen, response) =>
      seen.number < 3
        ? json(response, code, status(code, reason, "not now"))
        : answerSecret(seen, response),
    );
    const connection = connectTo(accessTo(server));

    expect((await applyMany(connection, 1)).size).toBe(1);
    expect(server.seen).toHaveLength(3);
    expect(connection.stats).toMatchObject({ requests: 3, retries: 2, connections: 1 });
    // Half of 300 ms, and half of 600 ms: full jitter with a chance of 1/2.
    expect(connection.world.pauses).toEqual([150, 300]);
  });

  test("is given up after six attempts, with pauses that grow up to 8 s", async () => {
    const server = await startServer((_seen, response) => json(response, 503, unavailable));
    const connection = connectTo(accessTo(server));

    await expect(applyMany(connection, 1)).rejects.toMatchObject({
      name: "ClusterError",
      kind: "server",
      status: 503,
      message: "apply secret ns-0/ecr-pull: apiserver is shutting down (after 6 attempts)",
    });
    expect(server.seen).toHaveLength(6);
    expect(connection.world.pauses).toEqual([150, 300, 600, 1_200, 2_400]);
  });

  test.each([
    ["in seconds", "2", 2_150],
    ["as a date", "Thu, 01 Jan 2026 00:00:03 GMT", 3_150],
    ["for longer than we wait", "3600", 15_150],
    ["in words", "soon", 150],
  ])("waits as long as Retry-After says, %s", async (_title, retryAfter, pauseMs) => {
    const server = await startServer((seen, response) =>
      seen.number === 1
        ? json(response, 429, status(429, "TooManyRequests", "x"), { "retry-after": retryAfter })
        : answerSecret(seen, response),
    );
    const connection = connectTo(accessTo(server));

    await applyMany(connection, 1);

    expect(connection.world.pauses).toEqual([pauseMs]);
  });

  test.each([400, 401, 403, 404, 405, 409, 410, 415, 422, 501])(
    "is not repeated after a %i",
    async (code) => {
      const server = await startServer((_seen, response) =>
        json(response, code, status(code, "Reason", "no")),
      );

      await expect(applyMany(connectTo(accessTo(server)), 1)).rejects.toMatchObject({
        name: "ClusterError",
        status: code,
      });
      expect(server.seen).toHaveLength(1);
    },
  );

  test("is tried three times only where no connection ever stood", async () => {
    const gone = await startServer(answerSecret);
    await gone.stop();
    const connection = connectTo(accessTo(gone));

    await expect(applyMany(connection, 1)).rejects.toMatchObject({
      kind: "unreachable",
      message: `the API server at 127.0.0.1:${gone.port} can't be reached: connection refused (after 3 attempts)`,
      hint: expect.stringContaining("VPN"),
    });
    expect(connection.world.pauses).toEqual([150, 300]);
    expect(connection.stats).toMatchObject({ connections: 0, requests: 0, retries: 0 });
  });

  test.each([{ http1Only: false }, { http1Only: true }])(
    "waits 20 s for a server that it had, with one dial for all that wait ($http1Only)",
    async (options) => {
      const server = await startServer(answerSecret, options);
      const connection = connectTo(accessTo(server));
      await applyMany(connection, 1);
      const startedMs = connection.world.nowMs;
      await server.stop();

      const api = connection.api(neverAborted);
      const asked = Array.from({ length: 50 }, () => api.getSecret("a", "s"));
      for (const result of await Promise.allSettled(asked)) {
        expect(result).toMatchObject({
          reason: {
            kind: "unreachable",
            message: expect.stringMatching(/connection refused \(after \d+ attempts\)$/),
          },
        });
      }
      const waitedMs = connection.world.nowMs - startedMs;
      expect(waitedMs).toBeGreaterThanOrEqual(20_000);
      // Each of the 50 waited a moment too, on a clock that counts every wait.
      expect(waitedMs).toBeLessThan(40_000);
      expect(Math.max(...connection.world.pauses)).toBe(1_000);

      const laterMs = connection.world.nowMs;
      await expect(api.getSecret("a", "s")).rejects.toThrow("(after 3 attempts)");
      expect(connection.world.nowMs - laterMs).toBe(450);

      // The next outage gets its own 20 s.
      const next = await startServer(answerSecret, { ...options, port: server.port });
      await api.getSecret("a", "s");
      await next.stop();
      const nextMs = connection.world.nowMs;
      await expect(api.getSecret("a", "s")).rejects.toMatchObject({ kind: "unreachable" });
      expect(connection.world.nowMs - nextMs).toBeGreaterThanOrEqual(20_000);
    },
  );

  test("asks for the credential at each attempt", async () => {
    const server = await startServer((seen, response) =>
      seen.number === 1 ? json(response, 503, unavailable) : answerSecret(seen, response),
    );
    let signed = 0;
    const access = accessTo(server, {
      credential: async () => {
        signed += 1;
        const token = new SecretValue(`token-${signed}`);
        return { token, clientCertificate: undefined, expiresAt: undefined };
      },
    });

    await applyMany(connectTo(access), 1);

    expect(server.seen.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });

  test("to delete is done if it is gone at the second attempt, not at the first", async () => {
    const gone = status(404, "NotFound", 'secrets "ecr-pull" not found');
    const server = await startServer((seen, response) =>
      seen.number === 1 ? json(response, 503, unavailable) : json(response, 404, gone),
    );
    const api = connectTo(accessTo(server)).api(neverAborted);

    await expect(api.deleteSecret("a", "ecr-pull", "uid-1")).resolves.toBeUndefined();
    await expect(api.deleteSecret("a", "ecr-pull", "uid-1")).rejects.toMatchObject({
      kind: "not-found",
    });
  });
});

describe("an abort", () => {
  test("ends the requests under way and those that wait for a stream, and keeps the connection", async () => {
    const server = await startServer(() => {});
    const connection = connectTo(accessTo(server), { maxInFlight: 2 });
    const sweep = new AbortController();
    const api = connection.api(sweep.signal);
    const asked = Array.from({ length: 5 }, (_, index) => api.getSecret("a", `s-${index}`));
    await expect.poll(() => server.seen.length).toBe(2);

    sweep.abort();

    for (const result of await Promise.allSettled(asked)) {
      expect(result).toMatchObject({ reason: { name: "ClusterError", kind: "aborted" } });
    }
    await delay(20);
    expect(server.seen).toHaveLength(2);
    server.respond = answerSecret;
    await connection.api(neverAborted).getSecret("a", "next");
    expect(server.connections).toBe(1);
  });

  test("ends the pause before a retry", async () => {
    const sweep = new AbortController();
    const server = await startServer((_seen, response) => {
      json(response, 503, status(503, "ServiceUnavailable", "x"));
    });
    const world = {
      ...testWorld(),
      sleep: (_ms: number, signal: AbortSignal) => {
        sweep.abort();
        return delay(60_000, undefined, { signal });
      },
    };
    const api = connectTo(accessTo(server), { world }).api(sweep.signal);

    await expect(api.getSecret("a", "s")).rejects.toMatchObject({ kind: "aborted" });
    expect(server.seen).toHaveLength(1);
  });

  test("ends the wait for a connection, and for a credential", async () => {
    const deaf = await startDeafServer();
    const waiting = accessTo(deaf);
    const signing = accessTo(deaf, { credential: () => new Promise(() => {}) });
    for (const access of [waiting, signing]) {
      const sweep = new AbortController();
      const asked = connectTo(access).api(sweep.signal).getSecret("a", "s");
      setTimeout(() => sweep.abort(), 20);
      await expect(asked).rejects.toMatchObject({ kind: "aborted" });
    }
  });

  test("that came before lets nothing start", async () => {
    const server = await startServer(answerSecret);
    const api = connectTo(accessTo(server)).api(AbortSignal.abort());

    await expect(api.getSecret("a", "s")).rejects.toMatchObject({ kind: "aborted" });
    expect(server.seen).toHaveLength(0);
  });
});

/** Accepts TCP connections and says nothing. */
async function startDeafServer(): Promise<{ url: URL }> {
  const { createServer } = await import("node:net");
  const server = createServer((socket) => onCleanup(() => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onCleanup(() => server.close());
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return { url: new URL(`https://127.0.0.1:${port}`) };
}
