/** One sweep in the demo: the product's own code, and what it cost on the wire. */

import { parseConfig } from "../../src/config/load.ts";
import { desiredPullSecrets } from "../../src/refresh/desired.ts";
import { refreshCluster } from "../../src/refresh/refresh-cluster.ts";
import type { SweepReport } from "../../src/refresh/report.ts";
import type { World } from "./parts.ts";

const config = parseConfig(
  `
schedule: rate(10 minutes)
pullSecrets:
  - name: ecr-pull
    namespaces: { include: ["*"], exclude: ["kube-*"], selector: "pull-ecr!=no" }
    serviceAccounts: [default]
    registries:
      - { type: ecr, region: us-east-1 }
      - { type: ecr, region: eu-west-1, accounts: ["111122223333"] }
`,
  "the demo's config",
);

export interface Cost {
  readonly lists: number;
  readonly reads: number;
  readonly writes: number;
  readonly ecrCalls: number;
}

export interface Swept {
  readonly report: SweepReport;
  readonly cost: Cost;
}

export async function sweep(world: World): Promise<Swept> {
  const { aws, cluster, connection, now } = world;
  const owner = { account: aws.account, region: aws.region, stage: "demo" };
  cluster.forgetRequests();
  const ecrBefore = aws.count("ecr:GetAuthorizationToken");
  const idle = new AbortController().signal;
  const report = await refreshCluster(
    { cluster: "demo", owner, desired: desiredPullSecrets(config.pullSecrets, "demo", owner) },
    {
      api: connection.api(idle),
      credentials: world.newCredentials(),
      now,
      stop: idle,
      progress: { minted: () => {}, applied: () => {} },
    },
  );
  const count = (verbs: readonly string[]) =>
    cluster.requests.filter(({ verb }) => verbs.includes(verb)).length;
  return {
    report,
    cost: {
      lists: count(["list"]),
      reads: count(["get"]),
      writes: count(["patch", "create", "update", "delete"]),
      ecrCalls: aws.count("ecr:GetAuthorizationToken") - ecrBefore,
    },
  };
}
