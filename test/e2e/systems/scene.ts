/**
 * Somebody who replaces a system: they copy our example for it to config/prod.yml, deploy that, and
 * register their clusters. What is deployed here is the file itself, to the letter.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import type { AuditEvent } from "../parts/audit-log.ts";
import type { ControlPlane, ControlPlaneOptions } from "../parts/control-plane.ts";
import { expectCode } from "../register/finished.ts";
import { type Scene, startScene } from "../register/scene.ts";
import { sweeperName } from "../sweep/rights.ts";

export interface SystemOptions<Name extends string> {
  /** Its file in config/examples, without the ending. */
  readonly example: string;
  readonly namespaces: readonly string[];
  readonly clusters: Readonly<Record<Name, ControlPlaneOptions>>;
  /** Of ECR's tokens: 12 hours by default. */
  readonly tokenLifeSeconds?: number;
}

const report = z.object({
  cluster: z.string(),
  outcome: z.enum(["ok", "failed"]),
  durationMs: z.number().default(0),
  counts: z.record(z.string(), z.number()).default({}),
  failures: z
    .array(
      z.object({
        kind: z.string(),
        message: z.string(),
        hint: z.string().optional(),
        registry: z.string().optional(),
        namespaces: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  notices: z.array(z.object({ kind: z.string(), message: z.string() })).default([]),
});
export type Report = z.output<typeof report>;

export interface System<Name extends string> extends Scene<Name> {
  /** Registers a cluster, which sweeps it for the first time. */
  register(cluster: Name): Promise<void>;
  /** Has the deployed function sweep clusters; none named: all that are registered. */
  refresh(...clusters: readonly string[]): Promise<readonly Report[]>;
  /** The same without a command line: for looking again and again. */
  sweep(cluster: Name): Promise<Report>;
  /** The credential that the deployed function has for a cluster: a kubeconfig. */
  credentialOf(cluster: Name): Promise<string>;
}

const folder = join(import.meta.dirname, "../../../config/examples");

export async function startSystem<Name extends string>(
  options: SystemOptions<Name>,
): Promise<System<Name>> {
  const config = await readFile(join(folder, `${options.example}.yml`), "utf8");
  const scene = await startScene<Name>({ ...options, config });
  const { shell, stack } = scene;
  return {
    ...scene,
    register: async (cluster) => {
      const line = `npm run register-cluster -- ${cluster} --context ${cluster} --yes`;
      expectCode(0, await shell.run(line));
    },
    refresh: async (...clusters) => {
      const names = clusters.join(" ");
      const swept = await shell.run(`npx ecr-pull-secrets refresh ${names} --yes --output json`);
      const reports = z.array(report).parse(JSON.parse(swept.stdout));
      expectCode(reports.every(({ outcome }) => outcome === "ok") ? 0 : 1, swept);
      return reports;
    },
    sweep: async (cluster) => report.parse(await stack.invoke({ cluster, mode: "sweep" })),
    credentialOf: async (cluster) => {
      const held = (await stack.records.versions(cluster)).get("AWSCURRENT") ?? "";
      expect(held).toContain("kind: Config");
      return held;
    },
  };
}

/** What our credential wrote to a cluster, each once: `patch secrets`. */
export async function writesOfOurs({ audit }: ControlPlane): Promise<readonly string[]> {
  return writesIn(await audit.events());
}

export function writesIn(events: readonly AuditEvent[]): readonly string[] {
  const isWrite = ({ user, verb, resource = "" }: AuditEvent) =>
    user === sweeperName() && !["get", "list"].includes(verb) && !resource.startsWith("self");
  const writes = events.filter(isWrite).map(({ verb, resource }) => `${verb} ${resource}`);
  return [...new Set(writes)].toSorted();
}
