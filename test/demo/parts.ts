/** The demo's world: an AWS endpoint and a Kubernetes API server in this process, real sockets. */
import { createAwsEcrApi } from "../../src/credentials/aws-ecr-api.ts";
import { createAwsSession } from "../../src/aws/session.ts";
import { createEcrCredentialSource } from "../../src/credentials/ecr.ts";
import { createClusterConnection } from "../../src/kubernetes/connection.ts";
import { parseUntrustedKubeconfig } from "../../src/kubernetes/kubeconfig-untrusted.ts";
import { startAws } from "../fakes/aws/aws.ts";
import { startKubernetesApi } from "../fakes/kubernetes-api/kubernetes-api.ts";

/** The whole of what the stored credential may do; the README says why. */
const rights = [
  { verbs: ["list"], resources: ["namespaces"] },
  {
    verbs: ["create", "patch", "list", "get"],
    resources: ["secrets"],
    resourceNames: ["ecr-pull"],
  },
  { verbs: ["list", "patch"], resources: ["serviceaccounts"], resourceNames: ["default"] },
];

export async function startWorld() {
  // The demo's clock: real time, and the hours that its story skips.
  let skippedMs = 0;
  const now = () => new Date(Date.now() + skippedMs);
  const aws = await startAws({ now });
  Object.assign(process.env, aws.environment);
  const cluster = await startKubernetesApi();
  const user = cluster.addUser("system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets");
  cluster.state.grant(user.name, rights);

  const { endpoint, authentication } = parseUntrustedKubeconfig(cluster.kubeconfig(user), {
    source: "the demo's record",
    insecureTlsAllowed: false,
    now: now(),
  });
  if (authentication.kind !== "static") {
    throw new Error("the demo's kubeconfig holds a token");
  }
  const { credential } = authentication;
  const connection = createClusterConnection({ ...endpoint, credential: async () => credential });
  const session = createAwsSession({ region: aws.region, name: "demo" });
  return {
    aws,
    cluster,
    connection,
    /** As after a restart: no token is kept from before. */
    newCredentials: () => createEcrCredentialSource({ api: createAwsEcrApi(session), now }),
    now,
    skipHours: (hours: number) => {
      skippedMs += hours * 3_600_000;
    },
    close: async () => {
      await connection.close();
      await cluster.close();
      await aws.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
