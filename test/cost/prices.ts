/**
 * What AWS asks, in us-east-1, as its pages said in November 2026. Whoever pays other prices puts
 * them here: `npm run fix` computes `docs/cost.md` anew.
 */

export const pricesOf = { when: "November 2026", region: "us-east-1" } as const;

export interface Price {
  /** As people read it: "per million requests". */
  readonly per: string;
  readonly units: number;
  readonly dollars: number;
  /** Beyond so many units, they cost this much. */
  readonly beyond?: { readonly units: number; readonly dollars: number };
  /** Units a month that cost nothing, for an account as a whole, and not only in its first year. */
  readonly free?: number;
  readonly source: string;
}

const lambda = "https://aws.amazon.com/lambda/pricing/";
const secretsManager = "https://aws.amazon.com/secrets-manager/pricing/";
const cloudWatch = "https://aws.amazon.com/cloudwatch/pricing/";
const ec2 = "https://aws.amazon.com/ec2/pricing/on-demand/";
const vpc = "https://aws.amazon.com/vpc/pricing/";
const kms = "https://aws.amazon.com/kms/pricing/";
const million = 1_000_000;

export const prices = {
  secret: { per: "secret and month", units: 1, dollars: 0.4, source: secretsManager },
  secretCall: {
    per: "10,000 calls of Secrets Manager",
    units: 10_000,
    dollars: 0.05,
    source: secretsManager,
  },
  lambdaRequest: {
    per: "million invocations",
    units: million,
    dollars: 0.2,
    free: million,
    source: lambda,
  },
  lambdaGbSecond: {
    per: "GB-second, arm64",
    units: 1,
    dollars: 0.0000133334,
    free: 400_000,
    source: lambda,
  },
  sqsRequest: {
    per: "million FIFO requests",
    units: million,
    dollars: 0.5,
    free: million,
    source: "https://aws.amazon.com/sqs/pricing/",
  },
  eventBridgeEvent: {
    per: "million events of EventBridge",
    units: million,
    dollars: 1,
    source: "https://aws.amazon.com/eventbridge/pricing/",
  },
  metric: {
    per: "metric and month (beyond 10,000: $0.10)",
    units: 1,
    dollars: 0.3,
    beyond: { units: 10_000, dollars: 0.1 },
    free: 10,
    source: cloudWatch,
  },
  alarm: {
    per: "metric that an alarm watches, and month",
    units: 1,
    dollars: 0.1,
    free: 10,
    source: cloudWatch,
  },
  dashboard: { per: "dashboard and month", units: 1, dollars: 3, free: 3, source: cloudWatch },
  logIngestedGb: {
    per: "GB of logs taken in",
    units: 1,
    dollars: 0.5,
    free: 5,
    source: cloudWatch,
  },
  logStoredGb: {
    per: "GB of logs kept, compressed, and month",
    units: 1,
    dollars: 0.03,
    free: 5,
    source: cloudWatch,
  },
  sentGb: { per: "GB sent to the internet", units: 1, dollars: 0.09, free: 100, source: ec2 },
  kmsKey: { per: "KMS key and month", units: 1, dollars: 1, source: kms },
  kmsCall: { per: "10,000 calls of KMS", units: 10_000, dollars: 0.03, free: 20_000, source: kms },
  natHour: { per: "hour of a NAT gateway", units: 1, dollars: 0.045, source: vpc },
  natGb: { per: "GB through a NAT gateway", units: 1, dollars: 0.045, source: vpc },
  addressHour: { per: "hour of a public IPv4 address", units: 1, dollars: 0.005, source: vpc },
  endpointHour: {
    per: "hour of an interface endpoint in one zone",
    units: 1,
    dollars: 0.01,
    source: "https://aws.amazon.com/privatelink/pricing/",
  },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof prices;

/** @param isFreeUsed whether what is free goes to others in the account */
export function dollarsFor(name: PriceName, quantity: number, isFreeUsed: boolean): number {
  const { units, dollars, beyond, free = 0 }: Price = prices[name];
  const paid = isFreeUsed ? quantity : Math.max(0, quantity - free);
  const dear = Math.min(paid, beyond?.units ?? paid);
  return (dear * dollars + (paid - dear) * (beyond?.dollars ?? 0)) / units;
}
