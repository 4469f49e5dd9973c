/**
 * A cluster of EKS, as far as it can be had here: a real control plane that is called by a name of
 * EKS and asks a stand-in for the authenticator about tokens, and the API of EKS, which a fake answers.
 */
import { randomBytes } from "node:crypto";
import { CreateAccessEntryCommand, EKSClient } from "@aws-sdk/client-eks";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import type { AwsEmulator } from "../parts/aws-emulator.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { freePort } from "../parts/free-port.ts";
import { assumeRole, type SessionKeys } from "./assume-role.ts";
import {
  type Authenticator,
  type AuthenticatorOptions,
  startAuthenticator,
} from "./authenticator.ts";

export interface EksCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  /** The API server, by its name in EKS. */
  readonly url: string;
  readonly authenticator: Authenticator;
  /** Knows nobody but the administrator. */
  readonly api: FakeAws;
  /** A role's, which may do everything in AWS and in the cluster. */
  readonly adminKeys: SessionKeys;
}

const region = "us-east-1";

export async function startEksCluster(
  name: string,
  emulator: () => Promise<AwsEmulator>,
): Promise<EksCluster> {
  await using cleanup = new AsyncDisposableStack();
  let entries: AuthenticatorOptions["entries"] = () => new Map();
  const authenticator = await startAuthenticator({
    cluster: name,
    stsEndpoint: async () => (await emulator()).endpoint,
    stsHost: `sts.${region}.amazonaws.com`,
    entries: () => entries(),
  });
  cleanup.use(authenticator);
  const { controlPlane, url } = await startNamed(authenticator);
  cleanup.use(controlPlane);

  const aws = await emulator();
  const adminRole = await aws.createRole("platform", ["*"]);
  const adminKeys = await assumeRole(aws, adminRole);
  const api = await startAws({ account: aws.account, region, credentials: adminKeys });
  cleanup.use(api);
  const authenticationMode = "API_AND_CONFIG_MAP";
  api.eks.createCluster(name, { endpoint: url, ca: controlPlane.ca, authenticationMode });
  entries = () => api.eks.entriesOf(name);
  const cluster = { controlPlane, url, authenticator, api, adminKeys };
  await letAdminsIn(name, adminRole, cluster);
  const running = cleanup.move();
  return { ...cluster, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function letAdminsIn(
  clusterName: string,
  principalArn: string,
  { api: { endpoint }, adminKeys, controlPlane }: Omit<EksCluster, keyof AsyncDisposable>,
): Promise<void> {
  const group = "platform-admins";
  const client = new EKSClient({ endpoint, region, credentials: adminKeys });
  const entry = { clusterName, principalArn, kubernetesGroups: [group] };
  await client.send(new CreateAccessEntryCommand(entry));
  const rights = ["--clusterrole=cluster-admin", `--group=${group}`];
  await controlPlane.kubectl(["create", "clusterrolebinding", group, ...rights]);
}

async function startNamed({ address: tokenReviewer }: Authenticator) {
  const port = await freePort();
  const host = `${randomBytes(16).toString("hex")}.gr7.${region}.eks.amazonaws.com`;
  const serverNames = [host, "127.0.0.1"];
  const options = { audit: true, port, serverNames, tokenReviewer };
  return { controlPlane: await startControlPlane(options), url: `https://${host}:${port}` };
}
