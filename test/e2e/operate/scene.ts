/**
 * A deployed stage with its schedule, the inbox of somebody who subscribed to its topic, CloudWatch,
 * four clusters, and a shell to look and mend.
 */
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { type Inbox, openInbox } from "../parts/inbox.ts";
import { type CommandLine, openCommandLine } from "../stack/command-line.ts";
import { type Stack, startStack } from "../stack/stack.ts";
import { createNamespaces } from "../sweep/contents.ts";
import { rightsManifest } from "../sweep/rights.ts";
import { type CloudWatch, startCloudWatch } from "./cloudwatch.ts";

const names = ["calm", "killed", "revoked", "mintless"] as const;
type Name = (typeof names)[number];

export interface Scene extends AsyncDisposable {
  readonly stack: Stack;
  readonly clusters: Readonly<Record<Name, ControlPlane>>;
  readonly shell: CommandLine;
  readonly inbox: Inbox;
  readonly cloudWatch: CloudWatch;
}

/** Mintless is alone with its region: nobody else's token could be of use to it. */
export const config = `
schedule: rate(1 minute)
pullSecrets:
  - name: ecr-pull
    clusters: [calm, killed, untagged, revoked]
    namespaces: "shop-*"
    registries: [{ type: ecr, region: us-east-1 }]
  - name: ecr-pull
    clusters: [mintless]
    namespaces: "shop-*"
    registries: [{ type: ecr, region: eu-west-1 }]
`;

export const shops = ["shop-berlin", "shop-lima"];

/** As ECR's tokens live. */
const tokenLifeSeconds = 12 * 3_600;

export async function startScene(): Promise<Scene> {
  await using cleanup = new AsyncDisposableStack();
  const own = async <T extends AsyncDisposable>(part: Promise<T>) => cleanup.use(await part);
  const [stack, calm, killed, revoked, mintless] = await Promise.all([
    own(startStack({ config, tokenLifeSeconds })),
    own(startCluster("calm")),
    own(startCluster("killed")),
    own(startCluster("revoked")),
    own(startCluster("mintless")),
  ]);
  const cloudWatch = cleanup.use(startCloudWatch(stack));
  await cloudWatch.watch(stack.stage);
  const { directory } = stack.clone;
  const kubeconfigs = [revoked.adminKubeconfigPath];
  const shell = await own(openCommandLine({ directory, awsEnv: stack.aws.env, kubeconfigs }));
  const inbox = await openInboxOf(stack, stack.stage);
  const running = cleanup.move();
  return {
    stack,
    clusters: { calm, killed, revoked, mintless },
    shell,
    inbox,
    cloudWatch,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export function openInboxOf({ aws }: Stack, stage: string): Promise<Inbox> {
  return openInbox(aws, `ecr-pull-secrets-${stage}-alarms`);
}

async function startCluster(name: Name): Promise<ControlPlane> {
  const cluster = await startControlPlane({ name });
  await createNamespaces(
    cluster.kubectl,
    shops.map((each) => ({ name: each })),
  );
  return cluster;
}

/** By hand, with RBAC alone. @returns what the record holds */
export async function register(
  { records }: Stack,
  cluster: ControlPlane,
  names: readonly string[],
): Promise<string> {
  const kubeconfig = await cluster.serviceAccountKubeconfig(
    rightsManifest({ serviceAccounts: [] }),
  );
  for (const name of names) await records.register(name, kubeconfig);
  return kubeconfig;
}
