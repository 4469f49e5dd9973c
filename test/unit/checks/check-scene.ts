/**
 * A registered cluster and its stage for diagnoses: one API server and one AWS, over real sockets,
 * for a whole file. Each test stores records of its own, and puts right what it broke.
 */
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import type { CheckReport, CheckResult } from "../../../src/checks/check-report.ts";
import { diagnoseCluster } from "../../../src/checks/diagnose-cluster.ts";
import type { CheckPorts } from "../../../src/checks/ports.ts";
import { createSecretsManagerStore } from "../../../src/clusters/secrets-manager-store.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { createEksTokenSource } from "../../../src/credentials/eks-token.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { createExchanges } from "../../../src/registries/exchange.ts";
import { createFindImage } from "../../../src/registries/find-image.ts";
import { parseImage } from "../../../src/registries/image-reference.ts";
import { demandOf, digestOf } from "../../../src/rights/demand.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import { examineCluster } from "../../../src/wiring/examine-cluster.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";
import { accountToken, grantRights, revoke } from "./granted-rights.ts";

const region = "us-east-1";
const owner = { account: "123456789012", region, stage: "dev" };
const never = new AbortController().signal;
/** Nobody waits long for a server that a test has taken away. */
const hasty = { connectTimeoutMs: 1_000 };
const hourMs = 3_600_000;

const ownRegistry = { type: "ecr", region };
const desired = desiredPullSecrets(pullSecretsOf([ownRegistry]), "eu-1", owner);

/** Call once per file. */
export function checkScene() {
  let aws: FakeAws;
  let api: KubernetesApi;
  let records = 0;
  const told: unknown[] = [];

  const recordOf = (name: string) => `ecr-pull-secrets/dev/clusters/${name}`;
  const token = (lifetimeSeconds?: number) => accountToken(api, lifetimeSeconds);
  const kubeconfig = (ofToken = token()) => api.kubeconfig({ name: "ours", token: ofToken });
  const grant = () => grantRights(api, { cluster: "eu-1", owner, desired });

  beforeAll(async () => {
    [aws, api] = await Promise.all([startAws(), startKubernetesApi()]);
    for (const name of ["web", "team-a", "other"]) {
      api.state.createNamespace(name);
    }
    await grant();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    expect(api.surprises).toEqual([]);
    expectNothingTold();
  });
  afterAll(() => Promise.all([aws.close(), api.close()]));

  function expectNothingTold() {
    const text = JSON.stringify(told) + inspect(told, { depth: 20, maxStringLength: null });
    expect(text).not.toMatch(/eyJ/);
    for (const { password } of aws.tokens) {
      expect(text).not.toContain(password.slice(12, 32));
    }
  }

  const tags = {
    "ecr-pull-secrets:rbac": digestOf(demandOf(desired)),
    "ecr-pull-secrets:expires-at": new Date(Date.now() + 8 * hourMs).toISOString(),
  };

  return {
    token,
    kubeconfig,
    get aws() {
      return aws;
    },
    get api() {
      return api;
    },
    grantRights: grant,
    revoke: (kind: string, apiVersion: string) => revoke(api, kind, apiVersion),
    /** Of a record with this content; by default, one that is as it should be. */
    async diagnose(
      content: string | Buffer | undefined = kubeconfig(),
      {
        name = `eu-${++records}`,
        skewMs = 0,
        noted = tags,
        register = true,
        image,
        registries = [ownRegistry],
      }: {
        readonly name?: string;
        /** Of our own clock. */
        readonly skewMs?: number;
        readonly noted?: Readonly<Record<string, string>>;
        readonly register?: boolean;
        readonly image?: string;
        /** Of the only pull secret. */
        readonly registries?: readonly object[];
      } = {},
    ): Promise<CheckReport | undefined> {
      for (const [key, value] of Object.entries(aws.environment)) {
        vi.stubEnv(key, value);
      }
      if (register) {
        aws.secrets.create(recordOf(name), content, noted);
      }
      const asked = { abort: never, image: image === undefined ? image : parseImage(image) };
      const report = await diagnoseCluster(name, portsAt(skewMs, registries), asked);
      told.push(report);
      return report;
    },
  };

  function portsAt(skewMs: number, registries: readonly object[]): CheckPorts {
    const now = () => new Date(Date.now() + skewMs);
    const timeouts = { connectMs: 500, requestMs: 500 };
    const session = createAwsSession({ region, name: "dev", timeouts });
    const access = {
      eksTokens: createEksTokenSource({ session, now }),
      isInsecureTlsAllowed: () => false,
      now,
      connection: hasty,
    };
    return {
      clusters: createSecretsManagerStore({ session, region, stage: "dev" }),
      examine: (record, abort) => examineCluster(record, abort, access),
      credentials: createCredentials({ session, now }),
      images: { find: createFindImage(createExchanges()), callerArn: session.callerArn },
      pullSecrets: pullSecretsOf(registries),
      owner,
      isLocal: () => false,
      now,
    };
  }
}

function pullSecretsOf(registries: readonly object[]) {
  const pullSecret = {
    name: "ecr-pull",
    clusters: ["eu-*"],
    namespaces: ["web", "team-*"],
    serviceAccounts: ["default"],
    registries,
  };
  const config = { schedule: "rate(10 minutes)", pullSecrets: [pullSecret] };
  return parseConfig(JSON.stringify(config), "config/dev.yml").pullSecrets;
}

/** What isn't well, or wasn't looked at. */
export function troubles(report: CheckReport | undefined): readonly string[] {
  return (report?.checks ?? [])
    .filter(({ result }) => result !== "ok")
    .map(({ result, check }) => `${result}: ${check}`);
}

export function find(report: CheckReport | undefined, check: string): CheckResult | undefined {
  return report?.checks.find((each) => each.check === check);
}
