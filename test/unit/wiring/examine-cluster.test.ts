import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { expect, test } from "vitest";
import type { ClusterRecord } from "../../../src/clusters/store.ts";
import { KubeconfigError } from "../../../src/errors.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { examineCluster } from "../../../src/wiring/examine-cluster.ts";
import { createCertificateAuthority } from "../../fakes/certificates.ts";
import { base64, kubeconfigText } from "../kubernetes/kubeconfig-fixtures.ts";

const now = () => new Date();
const options = {
  eksTokens: { tokenFor: () => Promise.reject(new Error("no token is needed")) },
  isInsecureTlsAllowed: () => false,
  now,
};
const examine = (kubeconfig: ClusterRecord["kubeconfig"]) =>
  examineCluster({ name: "eu", versionId: "1", kubeconfig }, new AbortController().signal, options);

test("a client certificate is shown in the handshake, to a server that wants it there", async () => {
  const authority = await createCertificateAuthority();
  const [server, client] = await Promise.all([
    authority.issueServer(),
    authority.issueClient("jane"),
  ]);
  const strict = { ca: authority.cert, requestCert: true, maxVersion: "TLSv1.2" } as const;
  const listener = createServer({ ...server, ...strict });
  listener.on("tlsClientError", () => {});
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    "certificate-authority-data": base64(authority.cert),
  };
  const reachAs = async (user: object) => {
    await using examined = examine(new SecretValue(kubeconfigText({ cluster, user: { ...user } })));
    return (await examined.reach()).map(({ step, ok }) => `${step} ${ok}`);
  };

  await expect(
    reachAs({
      "client-certificate-data": base64(client.cert),
      "client-key-data": base64(client.key),
    }),
  ).resolves.toEqual(["dns true", "tcp true", "tls true"]);
  await expect(reachAs({ token: "some-token" })).resolves.toEqual([
    "dns true",
    "tcp true",
    "tls false",
  ]);
  listener.close();
});

test("a record without a kubeconfig is refused with the reason that the store gave", () => {
  const reason = new KubeconfigError("the record of eu holds no value");
  expect(() => examine(reason)).toThrow(reason);
});
