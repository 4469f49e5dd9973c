/** `npm run demo`: the whole of it, on an AWS and three Kubernetes API servers in this process. */
import { stepsOn } from "../../src/cli/terminal/steps.ts";
import { createTerminal } from "../../src/cli/terminal/terminal.ts";
import { readSettings } from "../../src/settings.ts";
import { startWorld } from "./parts.ts";
import { scenes } from "./scenes.ts";
import { createStage } from "./stage.ts";
import { startFunctions } from "./tick.ts";

const { stdin, stdout, stderr } = process;
const terminal = createTerminal({ stdin, stdout, stderr }, readSettings());
const stage = createStage(terminal);
const startedAtMs = performance.now();

terminal.print(`
ecr-pull-secrets keeps ECR pull secrets fresh in Kubernetes clusters outside AWS.
These are its real functions, between an AWS endpoint (ECR, Secrets Manager, SQS, SNS, Lambda) and
three Kubernetes API servers in this process, over HTTP and TLS. No account, no cluster;
nothing leaves the machine.`);

const world = await startWorld();
try {
  const play = { world, stage, step: stepsOn(terminal), tick: startFunctions(world) };
  for (const scene of scenes) {
    await scene(play);
  }
} finally {
  await world.close();
}

const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
terminal.print(`
Done in ${seconds} s. Now a cluster of your own, with your kubeconfig and AWS credentials.
This shows what would be done in it, and changes nothing:

  npx ecr-pull-secrets plan --local --context <your context> --region <your region>

this deploys what keeps all registered clusters fresh (config/prod.yml says what goes where):

  npx serverless deploy --stage prod

and this registers the first of them, once you have seen the plan and said yes:

  npm run register-cluster -- <name> --context <your context> --stage prod
`);
// The functions keep their connections, as a warm Lambda does: nobody waits for them here.
process.exit(0);
