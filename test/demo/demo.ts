/** `npm run demo`: the sweep's main deeds, on an AWS and a Kubernetes API inside this process. */
import { startWorld } from "./parts.ts";
import { scenes } from "./scenes.ts";
import { createStage } from "./stage.ts";

const colour = process.stdout.isTTY === true && !process.env["NO_COLOR"];
const stage = createStage(process.stdout, colour);
const startedAtMs = performance.now();

stage.plain(`
ecr-pull-secrets keeps ECR pull secrets fresh in Kubernetes clusters outside AWS.
This is its real code, against an AWS endpoint (ECR, STS) and a Kubernetes API server
in this process, over HTTP and TLS. No account, no cluster, nothing leaves the machine.`);

const world = await startWorld();
try {
  for (const scene of scenes) {
    await scene(world, stage);
  }
} finally {
  await world.close();
}

const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
stage.plain(`
Done in ${seconds} s. Now a cluster of your own, with your kubeconfig and AWS credentials.
This shows what would be done, and changes nothing:

  npx ecr-pull-secrets plan --local --context <your context> --region <your region>

and this does it, once you have said yes:

  npx ecr-pull-secrets refresh --local --context <your context> --region <your region>
`);
