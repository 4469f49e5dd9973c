/** What it costs a new process to load a function's bundle, as Lambda's runtime does. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { nodeInLambda } from "./bundle.ts";

const cost = z.object({
  loadMs: z.number(),
  /** Of the processor, Node's own threads included. */
  cpuMs: z.number(),
  residentBytes: z.number(),
});

export type LoadCost = z.output<typeof cost>;

const program = `
const [bundle] = process.argv.slice(1);
const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
const tell = () => {
  const { user, system } = process.cpuUsage(startCpu);
  const loadMs = performance.now() - startMs;
  const residentBytes = process.memoryUsage.rss();
  process.stdout.write(JSON.stringify({ loadMs, cpuMs: (user + system) / 1000, residentBytes }));
  process.exit(0);
};
if (bundle.endsWith(".mjs")) import(bundle).then(tell);
else { require(bundle); tell(); }
`;

export async function loadBundle(bundle: string, memoryMb: number): Promise<LoadCost> {
  const environment = {
    ...process.env,
    ...nodeInLambda(memoryMb),
    STAGE: "dev",
    ACCOUNT: "123456789012",
    AWS_REGION: "us-east-1",
    QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/refresh.fifo",
    TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:alarms",
    SCHEDULE_MINUTES: "10",
    CONFIG_FILE: resolve(import.meta.dirname, "../../config/dev.yml"),
  };
  const args = ["--input-type=commonjs", "--eval", program, bundle];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment });
  return cost.parse(JSON.parse(stdout));
}
