/** The fake's ECR: GetAuthorizationToken, each time with a token of its own. */
import { randomBytes } from "node:crypto";
import { answering, type Fault } from "./faults.ts";
import type { Identity } from "./identities.ts";
import { jsonActionOf, jsonFailure, jsonReply } from "./protocols.ts";
import type { AwsService } from "./service.ts";

export interface MintedToken {
  readonly password: string;
  readonly account: string;
  readonly region: string;
  /** Who asked for it. */
  readonly principal: string;
  readonly expiresAt: Date;
}

export interface EcrOptions {
  readonly now: () => Date;
  readonly tokenLifetimeMs: () => number;
  readonly onMint: (token: MintedToken) => void;
}

/** Answers with status 200 that no caller can use. */
export const ecrFaults = {
  emptyAuthorizationData: answering({ authorizationData: [] }),
  malformedToken: answeringWith({ authorizationToken: "bm8gY29sb24gaW4gaGVyZQ==" }),
  noExpiry: answeringWith({ expiresAt: undefined }),
  expired: answeringWith({ expiresAt: 1_000_000_000 }),
  foreignEndpoint: answeringWith({
    proxyEndpoint: "https://123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example",
  }),
} as const satisfies Record<string, Fault>;

export function createEcr(options: EcrOptions): AwsService {
  return {
    name: "ecr",
    actionOf: (request) => jsonActionOf(request, "AmazonEC2ContainerRegistry_V20150921"),
    resourceOf: () => "*",
    actions: {
      GetAuthorizationToken: ({ identity, region }) => {
        const token = mint(identity, region, options);
        options.onMint(token);
        return jsonReply({ authorizationData: [describe(token)] });
      },
    },
    failure: jsonFailure,
  };
}

/** As long as a real one, which is what makes a Secret heavy. */
function mint({ account, arn }: Identity, region: string, options: EcrOptions): MintedToken {
  const expiresAt = new Date(options.now().getTime() + options.tokenLifetimeMs());
  const content = {
    payload: randomBytes(1_200).toString("base64"),
    datakey: randomBytes(180).toString("base64"),
    version: "2",
    type: "DATA_KEY",
    expiration: Math.floor(expiresAt.getTime() / 1_000),
  };
  const password = Buffer.from(JSON.stringify(content)).toString("base64");
  return { password, account, region, principal: arn, expiresAt };
}

function describe({ password, account, region, expiresAt }: MintedToken) {
  return {
    authorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
    expiresAt: expiresAt.getTime() / 1_000,
    proxyEndpoint: `https://${account}.dkr.ecr.${region}.${suffixOf(region)}`,
  };
}

function suffixOf(region: string): string {
  const byPrefix = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
  };
  const found = Object.entries(byPrefix).find(([prefix]) => region.startsWith(prefix));
  return found?.[1] ?? "amazonaws.com";
}

function answeringWith(fields: Readonly<Record<string, unknown>>): Fault {
  const usual = {
    authorizationToken: "QVdTOnBhc3N3b3Jk",
    expiresAt: 32_503_680_000,
    proxyEndpoint: "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
  };
  return answering({ authorizationData: [{ ...usual, ...fields }] });
}
