import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createTls, type TLSSocket, type TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import type { ClusterAccess } from "../../../src/kubernetes/cluster-access.ts";
import { serverPlace } from "../../../src/kubernetes/transport/dial.ts";
import { tlsError } from "../../../src/kubernetes/transport/tls-errors.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  accessTo,
  authority,
  connectTo,
  json,
  neverAborted,
  onCleanup,
  otherAuthority,
  type Respond,
  secretMetadata,
  startServer,
} from "./api-server.ts";

const answerSecret: Respond = (_seen, response) => json(response, 200, secretMetadata());

const ask = (access: ClusterAccess) => {
  const connection = connectTo(access);
  return { connection, answer: connection.api(neverAborted).getSecret("team-a", "ecr-pull") };
};

const day = 24 * 3_600_000;
const expired = { notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - day) };
const future = { notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 9 * day) };

describe("a certificate", () => {
  test.each<[string, () => Promise<TlsOptions>, Partial<ClusterAccess>, RegExp]>([
    [
      "of another authority",
      () => otherAuthority.issueServer(),
      {},
      /isn't signed by the kubeconfig's certificate authority/,
    ],
    [
      "of our authority, where the kubeconfig names none",
      () => authority.issueServer(),
      { ca: undefined },
      /comes from no authority that this machine trusts/,
    ],
    [
      "for other names",
      () => authority.issueServer(["kubernetes", "api.example.com", "10.0.0.1"]),
      {},
      /isn't for 127\.0\.0\.1, but for kubernetes, api\.example\.com, 10\.0\.0\.1/,
    ],
    [
      "for the host, but not for the tls-server-name",
      () => authority.issueServer(),
      { tlsServerName: "api.example.com" },
      /isn't for api\.example\.com, but for localhost, 127\.0\.0\.1, ::1|0:0:0:0:0:0:0:1/,
    ],
    ["that has expired", () => authority.issueServer(["127.0.0.1"], expired), {}, /has expired/],
    ["of tomorrow", () => authority.issueServer(["127.0.0.1"], future), {}, /isn't valid yet/],
    [
      "of a server that only knows TLS 1.1",
      async () => ({
        ...(await authority.issueServer()),
        minVersion: "TLSv1",
        maxVersion: "TLSv1.1",
        ciphers: "DEFAULT@SECLEVEL=0",
      }),
      {},
      /offers no TLS 1\.2 or later/,
    ],
  ])("is refused at once: %s", async (_title, issue, overrides, message) => {
    const server = await startServer(answerSecret, { tls: await issue() });
    const { connection, answer } = ask(accessTo(server, overrides));

    await expect(answer).rejects.toMatchObject({
      name: "ClusterError",
      kind: "tls",
      message: expect.stringMatching(message),
    });
    await expect(answer).rejects.toThrow(`127.0.0.1:${server.port}`);
    expect(server.seen).toHaveLength(0);
    expect(connection.stats).toMatchObject({ connections: 0, retries: 0 });
  });

  test("is verified whatever the environment says", async () => {
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    onCleanup(() => {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    });
    const server = await startServer(answerSecret, { tls: await otherAuthority.issueServer() });

    await expect(ask(accessTo(server)).answer).rejects.toMatchObject({ kind: "tls" });
  });

  test("may be any, if the kubeconfig says so and that is allowed", async () => {
    const tls = await otherAuthority.issueServer(["elsewhere"], expired);
    const server = await startServer(answerSecret, { tls });
    const access = accessTo(server, { ca: undefined, insecureSkipTlsVerify: true });

    await expect(ask(access).answer).resolves.toMatchObject({ name: "ecr-pull" });
  });

  test("is asked for, and checked, by tls-server-name", async () => {
    let asked: string | undefined;
    const pair = await authority.issueServer(["api.example.com"]);
    const tls: TlsOptions = {
      ...pair,
      SNICallback: (name, done) => {
        asked = name;
        done(null);
      },
    };
    const server = await startServer(answerSecret, { tls });

    await ask(accessTo(server, { tlsServerName: "api.example.com" })).answer;

    expect(asked).toBe("api.example.com");
  });

  test("is checked for an IP address as tls-server-name too", async () => {
    const server = await startServer(answerSecret, {
      tls: await authority.issueServer(["10.0.0.1"]),
    });

    await expect(
      ask(accessTo(server, { tlsServerName: "10.0.0.1" })).answer,
    ).resolves.toBeDefined();
  });

  test("of one authority among several is fine", async () => {
    const server = await startServer(answerSecret);
    const ca = `${otherAuthority.cert}\n${authority.cert}`;

    await expect(ask(accessTo(server, { ca })).answer).resolves.toBeDefined();
  });

  test("that can't be read is told as such", async () => {
    const server = await startServer(answerSecret);
    const ca = "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n";

    await expect(ask(accessTo(server, { ca })).answer).rejects.toMatchObject({ kind: "tls" });
  });
});

describe("a client certificate", () => {
  const clientAuth: TlsOptions = {
    requestCert: true,
    rejectUnauthorized: true,
    ca: authority.cert,
  };

  const shown = async (from: typeof authority) => {
    const pair = await from.issueClient("admin", ["system:masters"]);
    const clientCertificate = { certificate: pair.cert, key: new SecretValue(pair.key) };
    return { token: undefined, clientCertificate, expiresAt: undefined };
  };

  test("is shown, without a token", async () => {
    let user: unknown;
    const server = await startServer(
      (seen, response) => {
        // A proxy that TypeScript takes for a socket without TLS.
        const socket = response.stream.session?.socket as TLSSocket;
        user = socket.getPeerCertificate().subject.CN;
        answerSecret(seen, response);
      },
      { tls: clientAuth },
    );

    await ask(accessTo(server, { shown: await shown(authority) })).answer;

    expect(user).toBe("admin");
    expect(server.seen[0]?.headers["authorization"]).toBeUndefined();
  });

  test.each([
    ["TLSv1.3", "wants a client certificate, and the kubeconfig has none"],
    ["TLSv1.2", "ALERT_HANDSHAKE_FAILURE"],
  ] as const)("that is missing is told as such (%s)", async (version, message) => {
    const tls = { ...clientAuth, minVersion: version, maxVersion: version };
    const server = await startServer(answerSecret, { tls });
    const { connection, answer } = ask(accessTo(server));

    await expect(answer).rejects.toMatchObject({
      kind: "tls",
      message: expect.stringContaining(message),
    });
    expect(connection.stats.retries).toBe(0);
  });

  // Node's own server hangs up where others send these alerts.
  test.each([
    "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED",
    "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE",
    "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED",
  ])("that is refused is told as such (%s)", async (code) => {
    const access = accessTo({ url: new URL("https://example.com:6443") });
    const { clientCertificate } = await shown(authority);
    const place = serverPlace(access, clientCertificate);

    const error = tlsError(Object.assign(new Error("alert"), { code }), place);

    expect(error).toMatchObject({
      kind: "tls",
      message: "the API server at example.com:6443 refused the kubeconfig's client certificate",
    });
  });

  test("with the key of another is told as such", async () => {
    const server = await startServer(answerSecret);
    const mixed = await shown(authority);
    const key = (await shown(authority)).clientCertificate.key;
    const clientCertificate = { ...mixed.clientCertificate, key };

    await expect(
      ask(accessTo(server, { shown: { ...mixed, clientCertificate } })).answer,
    ).rejects.toMatchObject({ kind: "tls", hint: expect.stringContaining("key") });
  });

  test("that was renewed is shown on a new connection", async () => {
    const server = await startServer(answerSecret, { tls: clientAuth });
    let current = await shown(authority);
    const access = accessTo(server, { credential: async () => current });
    const api = connectTo(access).api(neverAborted);
    await api.getSecret("a", "s");
    await api.getSecret("a", "s");
    expect(server.connections).toBe(1);

    current = await shown(authority);
    await api.getSecret("a", "s");

    expect(server.connections).toBe(2);
  });
});

describe("a server that isn't one", () => {
  test("because it speaks plain HTTP, is told as such", async () => {
    const server = createHttp((_request, response) => response.end("hello"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onCleanup(() => server.close());

    await expect(ask(accessTo({ url: urlOf(server) })).answer).rejects.toMatchObject({
      kind: "tls",
      message: expect.stringContaining("doesn't speak TLS"),
      hint: "is the port right?",
    });
  });

  test("because it speaks TLS, but not HTTP, is told as such", async () => {
    const server = createTls(await authority.issueServer(), (socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write("220 mail.example.com ESMTP\r\n"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onCleanup(() => server.close());

    await expect(ask(accessTo({ url: urlOf(server) })).answer).rejects.toMatchObject({
      kind: "malformed",
      message: expect.stringContaining("isn't HTTP"),
      cause: undefined,
    });
  });

  test("because its name doesn't exist, is told as such", async () => {
    const access = accessTo({ url: new URL("https://api.invalid:6443") });

    await expect(ask(access).answer).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(
        /api\.invalid:6443 can't be reached: (no such host name|the DNS)/,
      ),
    });
  });

  test("because nobody answers, is told after the connect timeout, without another try", async () => {
    const { createServer } = await import("node:net");
    const server = createServer((socket) => onCleanup(() => socket.destroy()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onCleanup(() => server.close());
    const connection = connectTo(accessTo({ url: urlOf(server) }), { connectTimeoutMs: 100 });

    await expect(connection.warm()).rejects.toMatchObject({
      name: "ClusterError",
      kind: "unreachable",
      message: expect.stringMatching(/no connection to .* within 0\.1 s/),
    });
  });
});

function urlOf(server: { address(): unknown }): URL {
  const address = server.address();
  const isAddress = typeof address === "object" && address !== null && "port" in address;
  return new URL(`https://127.0.0.1:${isAddress ? address.port : 0}`);
}
