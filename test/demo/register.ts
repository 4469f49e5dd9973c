/** Registers a cluster as `ecr-pull-secrets register` does, from an administrator's kubeconfig. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requestOf } from "../../src/cli/register/register-request.ts";
import { wishOf } from "../../src/cli/register/wish.ts";
import { sweepAnswer } from "../../src/cli/registered/answers.ts";
import { loadConfig } from "../../src/config/load.ts";
import { carryOutRegistration } from "../../src/registration/carry-out.ts";
import type { Narrator, Step } from "../../src/registration/narrator.ts";
import type { RegistrationOutcome } from "../../src/registration/outcome.ts";
import { meetCluster, prepareRegistration } from "../../src/registration/prepare-registration.ts";
import { type AdminCluster, openAdminCluster } from "../../src/wiring/registration.ts";
import { wireStage } from "../../src/wiring/stage.ts";
import type { ClusterName, World } from "./parts.ts";
import { insist } from "./stage.ts";

export interface Registered {
  readonly outcome: RegistrationOutcome;
  readonly sweep: ReturnType<typeof sweepAnswer.parse>;
}

export async function registerCluster(world: World, name: ClusterName): Promise<Registered> {
  const folder = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-demo-"));
  try {
    const file = join(folder, "kubeconfig.yaml");
    await writeFile(file, world.cluster(name).kubeconfig());
    await using cluster = await openCluster(file, world);
    const outcome = await register(cluster, world, name);
    insist(outcome.stopped === undefined, `${name} is registered`);
    insist(
      outcome.proofs.every(({ ok }) => ok),
      `${name} grants what is needed, and nothing else`,
    );
    return { outcome, sweep: sweepAnswer.parse(outcome.sweep) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function openCluster(kubeconfig: string, { now }: World): Promise<AdminCluster> {
  const { signal } = new AbortController();
  return openAdminCluster({
    kubeconfig: { kubeconfig, env: {}, home: "/", now, terminal: undefined },
    server: undefined,
    certificateAuthority: undefined,
    stop: signal,
    abort: signal,
  });
}

async function register(
  cluster: AdminCluster,
  { settings, now }: World,
  name: ClusterName,
): Promise<RegistrationOutcome> {
  const { account, region, stage, configFile } = settings;
  const config = await loadConfig(configFile);
  const owner = { account, region, stage };
  const wish = wishOf(requestOf(name, { output: "text" }), { config, configFile, owner });
  const wiring = wireStage({ region, profile: undefined });
  const place = { cluster: name, insecureTlsAllowed: false, region, profile: undefined };
  const ports = {
    admin: cluster.admin,
    kubeconfigs: cluster.kubeconfigsFor(place),
    clusters: wiring.clustersOf(stage),
    writer: wiring.writerOf(stage),
    stack: wiring.stackOf(stage),
    narrator: silent,
    now,
    sleep: (ms: number) => sleep(ms),
  };
  const plan = await prepareRegistration(wish, await meetCluster(cluster.admin), ports);
  return carryOutRegistration(plan, ports);
}

const silently: Step = (_, work) => work(() => {});
const silent: Narrator = { look: silently, change: silently };
