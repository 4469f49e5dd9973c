import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { type CertificateAuthority, createCertificateAuthority } from "../../fakes/certificates.ts";
import type { ApiServerFiles } from "./control-plane-processes.ts";
import { freePort } from "./free-port.ts";
import { type ApiServerAddress, renderKubeconfig } from "./kubeconfigs.ts";
import type { Workspace } from "./workspace.ts";

/** Who this control plane is, and what proves it: certificates, keys, the admin's kubeconfig. */
export interface ControlPlaneIdentity {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly authority: CertificateAuthority;
  readonly files: ApiServerFiles;
  readonly adminKubeconfig: string;
  readonly adminKubeconfigPath: string;
  readonly adminToken: string;
  /** Connects with the admin's certificate. */
  readonly agent: Agent;
}

export interface IdentityOptions {
  readonly name?: string;
  readonly port?: number;
  readonly audit?: boolean;
  readonly serverNames?: readonly string[];
  readonly tokenReviewer?: ApiServerAddress;
}

/** Makes and writes it. */
export async function createIdentity(
  options: IdentityOptions,
  workspace: Workspace,
): Promise<ControlPlaneIdentity> {
  const { name = "e2e", port = await freePort(), audit = false, tokenReviewer } = options;
  const url = `https://127.0.0.1:${port}`;
  const authority = await createCertificateAuthority(`${name}-ca`);
  const admin = await authority.issueClient("kubernetes-admin", ["system:masters"]);
  const adminKubeconfig = renderKubeconfig(
    name,
    { url, ca: authority.cert },
    { clientCertificate: admin },
  );
  const adminToken = randomBytes(24).toString("hex");
  const server = await authority.issueServer(options.serverNames);
  const write = async (file: string, content: string) => {
    await writeFile(workspace.file(file), content, { mode: 0o600 });
    return workspace.file(file);
  };
  return {
    name,
    port,
    url,
    authority,
    files: {
      ca: await write("ca.crt", authority.cert),
      certificate: await write("apiserver.crt", server.cert),
      key: await write("apiserver.key", server.key),
      tokens: await write("tokens.csv", `${adminToken},admin,admin,system:masters\n`),
      serviceAccountKey: await write("service-account.key", createSigningKey()),
      auditLog: audit ? await write("audit.log", "") : undefined,
      tokenReviewer: tokenReviewer && (await write("token-reviewer", reviewing(tokenReviewer))),
    },
    adminKubeconfig,
    adminToken,
    adminKubeconfigPath: await write("admin.kubeconfig", adminKubeconfig),
    agent: new Agent({ connect: { ca: authority.cert, cert: admin.cert, key: admin.key } }),
  };
}

/** Status of a GET with the admin's rights. */
export async function getStatus(identity: ControlPlaneIdentity, path: string): Promise<number> {
  const { agent, url } = identity;
  const { statusCode, body } = await request(`${url}${path}`, { dispatcher: agent });
  await body.dump();
  return statusCode;
}

/** What the API server calls a webhook by is a kubeconfig, too. */
function reviewing(reviewer: ApiServerAddress): string {
  return renderKubeconfig("token-reviewer", reviewer, { token: "kube-apiserver" });
}

function createSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "sec1", format: "pem" }).toString();
}
