/** How long tokens of registries are good, by which alarms and sentinels go. Pure. */
import type { RegistryConfig, StageConfig } from "./stage-config.ts";

/**
 * Hours, by the registry's type; a kept login has no end.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
 * https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
 */
export const tokenLifeHours = {
  ecr: 12,
  "ecr-public": 12,
  static: Number.POSITIVE_INFINITY,
} as const satisfies Record<RegistryConfig["type"], number>;

const longestHours = 12;

/** Of the registry tokens that a stage mints. */
export function shortestTokenLifeHours({ pullSecrets }: Pick<StageConfig, "pullSecrets">): number {
  const types = pullSecrets.flatMap(({ registries }) => registries.map(({ type }) => type));
  return Math.min(longestHours, ...types.map((type) => tokenLifeHours[type]));
}
