/** How long tokens of registries are good, by which alarms and sentinels go. Pure. */
import type { RegistryConfig, StageConfig } from "./stage-config.ts";

/** Hours, by the registry's type: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html */
export const tokenLifeHours = { ecr: 12 } as const satisfies Record<RegistryConfig["type"], number>;

/** Of the tokens that a stage mints. */
export function shortestTokenLifeHours({ pullSecrets }: Pick<StageConfig, "pullSecrets">): number {
  const types = pullSecrets.flatMap(({ registries }) => registries.map(({ type }) => type));
  return Math.min(...types.map((type) => tokenLifeHours[type]));
}
