import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  accessTo,
  connectTo,
  json,
  neverAborted,
  onCleanup,
  type Respond,
  secretMetadata,
  startServer,
} from "./api-server.ts";

const manifest = (namespace: string) => ({
  namespace,
  name: "ecr-pull",
  type: "kubernetes.io/dockerconfigjson",
  labels: {},
  annotations: {},
  data: { ".dockerconfigjson": new SecretValue("{}") },
});

const answerSecret: Respond = (seen, response) => {
  const namespace = seen.url.split("/")[4] ?? "";
  json(response, 200, secretMetadata(namespace));
};

/** Late enough for all the requests that may come at once to have come. */
const answerLate: Respond = (seen, response) => {
  setTimeout(() => answerSecret(seen, response), 20);
};

const applyMany = (connection: ReturnType<typeof connectTo>, count: number) => {
  const api = connection.api(neverAborted);
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      api.applySecret(manifest(`ns-${index}`), { force: true }),
    ),
  );
};

describe("the connection", () => {
  test("carries 500 applies at once over one connection, 200 in flight", async () => {
    const server = await startServer(answerLate);
    const connection = connectTo(accessTo(server));

    const states = await applyMany(connection, 500);

    expect(states.map(({ namespace }) => namespace)).toEqual(
      Array.from({ length: 500 }, (_, index) => `ns-${index}`),
    );
    expect(server.connections).toBe(1);
    expect(server.seen).toHaveLength(500);
    expect(server.mostAtOnce).toBe(200);
    expect(connection.protocol).toBe("h2");
    expect(connection.stats).toMatchObject({ connections: 1, requests: 500, retries: 0 });
  });

  test("stays one where the server allows fewer streams", async () => {
    const server = await startServer(answerLate, { maxConcurrentStreams: 50 });
    const connection = connectTo(accessTo(server));

    await applyMany(connection, 300);

    expect(server.connections).toBe(1);
    expect(server.mostAtOnce).toBe(50);
  });

  test("is kept from one sweep to the next", async () => {
    const server = await startServer(answerSecret);
    const connection = connectTo(accessTo(server));

    await applyMany(connection, 3);
    await applyMany(connection, 3);

    expect(server.connections).toBe(1);
  });

  test("is a pool of 16 where the server speaks HTTP/1.1 only", async () => {
    const server = await startServer(answerLate, { http1Only: true });
    const connection = connectTo(accessTo(server));

    await applyMany(connection, 100);

    expect(connection.protocol).toBe("http/1.1");
    expect(server.connections).toBe(16);
    expect(server.mostAtOnce).toBe(16);
    expect(connection.stats).toMatchObject({ connections: 16, requests: 100, retries: 0 });
  });

  test.each([{ http1Only: false }, { http1Only: true }])(
    "is there before the first request once it was warmed ($http1Only)",
    async (options) => {
      const server = await startServer(answerSecret, options);
      const connection = connectTo(accessTo(server));

      await connection.warm();
      await connection.warm();
      expect(connection.stats).toMatchObject({ connections: 1, requests: 0 });
      // What the server says meanwhile (its settings) waits in the socket.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await connection.api(neverAborted).applySecret(manifest("a"), { force: true });

      expect(server.connections).toBe(1);
    },
  );

  test.each([
    // What HTTP/2 servers send at once hides the end behind it: that costs one retry.
    { http1Only: false, retries: 5 },
    { http1Only: true, retries: 0 },
  ])("is made anew when the warmed one is gone before its first request (%o)", async (options) => {
    const server = await startServer(answerSecret, options);
    const connection = connectTo(accessTo(server));
    await connection.warm();
    await expect.poll(() => server.connections).toBe(1);
    server.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 200));

    await applyMany(connection, 5);

    expect(server.connections).toBeGreaterThan(1);
    expect(server.seen).toHaveLength(5);
    expect(connection.stats.retries).toBeLessThanOrEqual(options.retries);
  });

  test.each([{ http1Only: false }, { http1Only: true }])(
    "is made anew when the server closed the idle one ($http1Only)",
    async (options) => {
      const server = await startServer(answerSecret, options);
      const connection = connectTo(accessTo(server));
      await applyMany(connection, 1);
      server.hangUp();
      await new Promise((resolve) => setTimeout(resolve, 200));

      await applyMany(connection, 5);

      expect(server.seen).toHaveLength(6);
      expect(server.connections).toBeGreaterThan(1);
      expect(connection.stats.retries).toBe(0);
    },
  );

  test("that died in silence while the process was frozen costs a reconnect, and no timeout", async () => {
    const server = await startServer(answerSecret);
    const path = await startPath(server.port);
    const connection = connectTo(accessTo({ url: new URL(`https://127.0.0.1:${path.port}`) }));
    await applyMany(connection, 1);

    path.goSilent();
    connection.world.nowMs += 10 * 60_000;
    await applyMany(connection, 5);

    expect(server.connections).toBe(2);
    expect(connection.stats).toMatchObject({ connections: 2, requests: 6, retries: 0 });
  });

  test("is kept while requests are under way, however long they take", async () => {
    const server = await startServer(() => {});
    const connection = connectTo(accessTo(server));
    const api = connection.api(neverAborted);
    const slow = expect(api.getSecret("a", "slow")).rejects.toMatchObject({ kind: "aborted" });
    await expect.poll(() => server.seen.length).toBe(1);

    connection.world.nowMs += 10 * 60_000;
    server.respond = answerSecret;
    await api.getSecret("a", "quick");

    expect(server.connections).toBe(1);
    await connection.close();
    await slow;
  });

  test("refuses requests once it was closed", async () => {
    const server = await startServer(answerSecret);
    const connection = connectTo(accessTo(server));
    await applyMany(connection, 1);
    await connection.close();

    await expect(applyMany(connection, 1)).rejects.toMatchObject({ kind: "aborted" });
  });
});

/** A network between client and server that can stop to carry anything, without a word. */
async function startPath(serverPort: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  const path = createServer((inbound) => {
    const outbound = connectTcp(serverPort, "127.0.0.1");
    inbound.on("error", () => {});
    outbound.on("error", () => {});
    inbound.pipe(outbound).pipe(inbound);
    pairs.add([inbound, outbound]);
  });
  path.listen(0, "127.0.0.1");
  await once(path, "listening");
  const address = path.address();
  onCleanup(() => {
    path.close();
    for (const socket of [...pairs].flat()) {
      socket.destroy();
    }
  });
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    goSilent: () => {
      for (const [inbound, outbound] of pairs) {
        inbound.unpipe(outbound);
        outbound.unpipe(inbound);
        inbound.pause();
      }
    },
  };
}
