import { inspect } from "node:util";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { describe, expect, test } from "vitest";
import {
  base64,
  ca,
  canary,
  client,
  expiredCa,
  future,
  jwt,
  kubeconfigObject,
  kubeconfigText,
  parse,
  token,
} from "./kubeconfig-fixtures.ts";

const certificateUser = {
  "client-certificate-data": base64(client.cert),
  "client-key-data": base64(client.key),
};

function credential(text: string) {
  const { authentication } = parse(text);
  if (authentication.kind !== "static") {
    throw new Error("expected a static credential");
  }
  return authentication.credential;
}

describe("a stored kubeconfig", () => {
  test("yields server, CA and token", () => {
    const { endpoint } = parse(kubeconfigText());
    expect(endpoint).toMatchObject({
      context: "prod",
      tlsServerName: undefined,
      insecureSkipTlsVerify: false,
      proxy: undefined,
    });
    expect(endpoint.server.href).toBe("https://api.prod.example:6443/");
    expect(endpoint.ca).toBe(ca.cert.endsWith("\n") ? ca.cert : `${ca.cert}\n`);
    expect(credential(kubeconfigText()).token?.reveal()).toBe(token);
    expect(credential(kubeconfigText()).expiresAt).toBeUndefined();
  });

  test("says when its token expires, without verifying it", () => {
    const text = kubeconfigText({ user: { token: jwt({ exp: future.getTime() / 1000 }) } });
    expect(credential(text).expiresAt).toEqual(future);
  });

  test.each([
    ["no expiry", jwt({ sub: "x" })],
    ["an expiry that isn't a number", jwt({ exp: "soon" })],
    ["an expiry that no date can hold", jwt({ exp: 1e300 })],
    ["a payload that isn't JSON", "a.b.c"],
    ["two parts", "a.b"],
  ])("takes a token with %s as one that doesn't say", (_, value) => {
    expect(credential(kubeconfigText({ user: { token: value } })).expiresAt).toBeUndefined();
  });

  test("strips the newline of a block scalar from the token", () => {
    const text = kubeconfigText({ user: { token: `${token}\n` } });
    expect(credential(text).token?.reveal()).toBe(token);
  });

  test("yields an inline client certificate and when it expires", () => {
    const { clientCertificate, expiresAt } = credential(kubeconfigText({ user: certificateUser }));
    expect(clientCertificate?.certificate.trim()).toBe(client.cert.trim());
    expect(clientCertificate?.key.reveal()).toBe(client.key);
    expect(expiresAt).toEqual(future);
  });

  test("yields token and certificate together, with the earlier expiry", () => {
    const soon = new Date("2026-03-02T00:00:00Z");
    const both = { ...certificateUser, token: jwt({ exp: soon.getTime() / 1000 }) };
    const found = credential(kubeconfigText({ user: both }));
    expect(found.token).toBeDefined();
    expect(found.clientCertificate).toBeDefined();
    expect(found.expiresAt).toEqual(soon);
  });

  test("takes only the certificates out of a CA bundle", () => {
    const bundle = `# ${canary}\n${expiredCa.cert}\n${client.key}\n${ca.cert}`;
    const { endpoint } = parse(
      kubeconfigText({ cluster: { "certificate-authority-data": base64(bundle) } }),
    );
    expect(endpoint.ca?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(endpoint.ca).not.toContain("PRIVATE");
    expect(endpoint.ca).not.toContain(canary);
  });

  test("leaves the CA to the system where it has none", () => {
    const text = kubeconfigText({ cluster: { "certificate-authority-data": undefined } });
    expect(parse(text).endpoint.ca).toBeUndefined();
  });

  test("keeps a proxy's password out of its URL", () => {
    const cluster = { "proxy-url": `http://user%40corp:${canary}%3A@proxy.example:3128` };
    const { proxy } = parse(kubeconfigText({ cluster })).endpoint;
    expect(proxy?.url.href).toBe("http://proxy.example:3128/");
    expect(proxy?.authorization?.reveal()).toBe(`Basic ${base64(`user@corp:${canary}:`)}`);
  });

  test.each([
    ["https://10.0.0.1", "https://10.0.0.1/"],
    ["https://[fd00::1]:6443", "https://[fd00::1]:6443/"],
    ["https://rancher.example/k8s/clusters/c-m-x1/", "https://rancher.example/k8s/clusters/c-m-x1"],
    ["https://kcp.example/clusters/root:org", "https://kcp.example/clusters/root:org"],
  ])("accepts the server %s", (server, href) => {
    expect(parse(kubeconfigText({ cluster: { server } })).endpoint.server.href).toBe(href);
  });

  test.each(["api.internal", "10.0.0.1", "fd00::1"])("accepts the TLS server name %s", (name) => {
    const { endpoint } = parse(kubeconfigText({ cluster: { "tls-server-name": name } }));
    expect(endpoint.tlsServerName).toBe(name);
  });

  test("may skip the verification of TLS where the config allows it", () => {
    const text = kubeconfigText({
      cluster: { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true },
    });
    expect(parse(text, true).endpoint.insecureSkipTlsVerify).toBe(true);
  });

  test("may be JSON", () => {
    expect(parse(JSON.stringify(kubeconfigObject())).endpoint.context).toBe("prod");
  });

  test("needs no current-context if it has one context", () => {
    const text = kubeconfigText({ top: { "current-context": "" } });
    expect(parse(text).endpoint.context).toBe("prod");
  });

  test("may hold what other tools add, and entries that aren't used", () => {
    const base = kubeconfigObject({
      cluster: { extensions: [{ name: "minikube", extension: {} }], "disable-compression": true },
    });
    const text = JSON.stringify({
      ...base,
      preferences: {},
      users: [
        { name: "unused", user: { exec: { command: "rm" } } },
        { name: "empty" },
        ...base.users,
      ],
      contexts: [{ name: "other", context: { cluster: "gone" } }, ...base.contexts],
    });
    expect(parse(text).endpoint.context).toBe("prod");
  });

  test("shows no secret when it is printed", () => {
    const text = kubeconfigText({
      cluster: { "proxy-url": `http://u:${canary}@proxy.example` },
      user: { ...certificateUser, token },
    });
    const parsed = parse(text);
    const key = client.key.split("\n")[1] ?? "";
    for (const printed of [inspect(parsed, { depth: 20 }), JSON.stringify(parsed)]) {
      expect(printed).not.toContain(canary);
      expect(printed).not.toContain(key);
    }
  });

  test("means to the official client what it means here", async () => {
    const text = kubeconfigText({
      cluster: { "tls-server-name": "api.internal", "proxy-url": "http://proxy.example:3128" },
      user: { ...certificateUser, token },
    });
    const { endpoint } = parse(text);
    const official = new KubeConfig();
    official.loadFromString(text);
    const tls: Record<string, unknown> = {};
    await official.applyToHTTPSOptions(tls);
    const found = credential(text);
    expect(official.getCurrentCluster()).toMatchObject({
      server: endpoint.server.origin,
      tlsServerName: endpoint.tlsServerName,
      proxyUrl: endpoint.proxy?.url.origin,
    });
    expect(String(tls["ca"]).trim()).toBe(endpoint.ca?.trim());
    expect(String(tls["cert"]).trim()).toBe(found.clientCertificate?.certificate.trim());
    expect(String(tls["key"])).toBe(found.clientCertificate?.key.reveal());
    expect(tls["headers"]).toEqual({ Authorization: `Bearer ${found.token?.reveal()}` });
  });
});

describe("an EKS stanza", () => {
  const role = "arn:aws:iam::111122223333:role/path/pull";
  const eksServer = "https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";

  function eks(exec: Readonly<Record<string, unknown>>, server = eksServer) {
    const apiVersion = "client.authentication.k8s.io/v1beta1";
    const { authentication } = parse(
      kubeconfigText({ cluster: { server }, user: { exec: { apiVersion, ...exec } } }),
    );
    return authentication;
  }

  test.each([
    [
      "as `aws eks update-kubeconfig` writes it",
      {
        command: "aws",
        args: "--region us-east-1 eks get-token --cluster-name shop --output json",
      },
      { cluster: "shop", region: "us-east-1" },
    ],
    [
      "with the role as `aws eks update-kubeconfig` writes it",
      {
        command: "aws",
        args: `--region us-east-1 eks get-token --cluster-name shop --role ${role}`,
      },
      { cluster: "shop", region: "us-east-1", roleArn: role },
    ],
    [
      "as eksctl writes it",
      {
        command: "aws",
        args: `eks get-token --output json --cluster-name shop --region us-gov-west-1 --role-arn ${role}`,
        env: [{ name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" }],
      },
      { cluster: "shop", region: "us-gov-west-1", roleArn: role },
    ],
    [
      "of aws-iam-authenticator",
      { command: "aws-iam-authenticator", args: `token -i shop -r ${role} --region ap-south-2` },
      { cluster: "shop", region: "ap-south-2", roleArn: role },
    ],
    [
      "with long options and equals signs",
      {
        command: "/usr/local/bin/aws-iam-authenticator",
        args: `token --cluster-id=shop.k8s.local --role=${role} --region=eu-north-1`,
      },
      { cluster: "shop.k8s.local", region: "eu-north-1", roleArn: role },
    ],
    [
      "with its region in the environment",
      {
        command: "aws",
        args: "eks get-token --cluster-id 0f1e2d3c",
        env: [{ name: "AWS_REGION", value: "ca-west-1" }],
      },
      { cluster: "0f1e2d3c", region: "ca-west-1" },
    ],
  ])("is understood %s", (_, { args, ...exec }, expected) => {
    expect(eks({ ...exec, args: args.split(" ") })).toEqual({
      kind: "eks",
      eks: { roleArn: undefined, ...expected },
    });
  });

  test.each([
    [eksServer, "eu-west-1"],
    ["https://ABC.sk1.cn-north-1.eks.amazonaws.com.cn", "cn-north-1"],
    [`https://${"0123456789ABCDEF".repeat(2)}.us-west-2.api.aws`, "us-west-2"],
  ])("takes the region from the server %s", (server, region) => {
    const exec = { command: "aws", args: ["eks", "get-token", "--cluster-name", "shop"] };
    expect(eks(exec, server)).toMatchObject({ eks: { region } });
  });

  test("takes the option before the environment, and that before the server", () => {
    const base = ["eks", "get-token", "--cluster-name", "shop"];
    const env = [{ name: "AWS_DEFAULT_REGION", value: "us-west-2" }];
    expect(eks({ command: "aws", args: base, env }, eksServer)).toMatchObject({
      eks: { region: "us-west-2" },
    });
    const args = [...base, "--region", "us-east-2"];
    expect(eks({ command: "aws", args, env }, eksServer)).toMatchObject({
      eks: { region: "us-east-2" },
    });
  });
});
