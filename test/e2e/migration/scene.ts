/** A cluster that an older tool looks after, and a deployment with one of our examples for it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { parse } from "yaml";
import { z } from "zod";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { root } from "../../docs/documents.ts";
import {
  createDeployment,
  type PullSecretInput,
  region,
  type SweepResult,
} from "../sweep/deployment.ts";
import { renderRights, wishFor } from "../sweep/rights.ts";
import { type Scene as SweepScene, startScene as startSweepScene } from "../sweep/scene.ts";
import { type AdminApi, createAdminApi } from "./admin-api.ts";

export interface Scene extends SweepScene {
  readonly api: AdminApi;
  /** Keeps a login where the examples expect it; registries take it from now on. */
  keep(secretId: string, value: string, password: string): Promise<void>;
  /** A token as an older tool asks for it: of a region, or of ECR Public. */
  mintElsewhere(region: string): Promise<string>;
  /** Whether that registry would take it now: minted for its region, and not expired. */
  isLive(password: string, host: string): boolean;
  /** With just the rights that these pull secrets need. */
  migrateTo(stage: string, pullSecrets: readonly PullSecretInput[]): Promise<Migration>;
}

export interface Migration {
  readonly owner: string;
  /** With `happens` in the middle of its writes. */
  sweep(happens?: () => Promise<unknown>): Promise<SweepResult>;
  /** The same with this changed in each pull secret. */
  sweepWith(change: Partial<PullSecretInput>): Promise<SweepResult>;
}

export async function startScene(): Promise<Scene> {
  const scene = await startSweepScene({ controllerManager: true });
  const { cluster, aws, clock } = scene;
  const api = createAdminApi(cluster);
  const kept = new Set<string>();
  const isLive: Scene["isLive"] = (password, host) => {
    if (kept.has(password)) return true;
    const [, , , ofHost = region] = host.split(".");
    const tokens =
      host === "public.ecr.aws"
        ? aws.ecrPublic.tokens
        : aws.tokens.filter((token) => token.region === ofHost);
    return tokens.some((token) => token.password === password && token.expiresAt > clock.now());
  };
  return {
    ...scene,
    api,
    keep: async (Name, SecretString, password) => {
      const client = new SecretsManagerClient({ region });
      await client.send(new CreateSecretCommand({ Name, SecretString }));
      kept.add(password);
    },
    mintElsewhere: async (from) => {
      if (from === "public") {
        await new ECRPUBLICClient({ region }).send(new GetPublicTokenCommand());
        return newest(aws.ecrPublic.tokens);
      }
      await new ECRClient({ region: from }).send(new GetAuthorizationTokenCommand());
      return newest(aws.tokens);
    },
    isLive,
    migrateTo: async (stage, pullSecrets) => {
      const owner = { account: aws.account, region, stage };
      const wish = { ...wishFor(pullSecrets, { namespace: stage, owner }), withPolicy: false };
      const kubeconfig = await cluster.serviceAccountKubeconfig(renderRights(computeRights(wish)));
      const deployment = createDeployment({ kubeconfig, account: aws.account, stage, clock });
      return {
        owner: deployment.owner,
        sweep: (happens) => deployment.sweep(pullSecrets, happens && { afterWrites: 1, happens }),
        sweepWith: (change) =>
          deployment.sweep(pullSecrets.map((pullSecret) => ({ ...pullSecret, ...change }))),
      };
    },
    stop: async () => {
      await api[Symbol.asyncDispose]();
      await scene.stop();
    },
  };
}

function newest(tokens: readonly { readonly password: string }[]): string {
  const token = tokens.at(-1);
  if (token === undefined) throw new Error("no token was minted");
  return token.password;
}

const example = z.object({
  pullSecrets: z.array(
    z.looseObject({
      name: z.string(),
      namespaces: z.unknown(),
      registries: z.array(z.looseObject({ type: z.string() })).default([]),
      adopt: z.boolean().optional(),
    }),
  ),
});

/** A pull secret of config/examples, as it stands there. */
export async function readExample(file: string, name: string): Promise<PullSecretInput> {
  const text = await readFile(join(root, "config/examples", `${file}.yml`), "utf8");
  const found = example.parse(parse(text)).pullSecrets.find((each) => each.name === name);
  if (found === undefined) throw new Error(`config/examples/${file}.yml has no ${name}`);
  return found as PullSecretInput;
}
