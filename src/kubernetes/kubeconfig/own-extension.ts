/**
 * What we note in a stored kubeconfig beside what kubectl knows: an entry of the context's
 * `extensions`, which kubectl keeps and ignores. In the same value as the token, so that both change
 * at once.
 */
import * as z from "zod";
import type { ContextFields } from "./shape.ts";

const name = "ecr-pull-secrets";

/** What TokenRequest takes: 10 minutes to 2^32 seconds. */
const schema = z.object({
  tokenLifetimeSeconds: z
    .int()
    .min(600)
    .max(2 ** 32),
});

export function ownExtension(tokenLifetimeSeconds: number) {
  return { name, extension: { tokenLifetimeSeconds } };
}

/** Undefined where nobody noted one, or one that no API server would take. */
export function wantedTokenSeconds(extensions: ContextFields["extensions"]): number | undefined {
  const own = extensions.find((entry) => entry.name === name);
  return schema.safeParse(own?.extension).data?.tokenLifetimeSeconds;
}
