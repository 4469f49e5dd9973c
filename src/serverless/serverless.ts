/**
 * The little that is used of Serverless (osls 4):
 * https://github.com/oss-serverless/osls/blob/4.x/docs/guides/plugins/creating-plugins.md
 */
import * as z from "zod";
import type { AwsCredentials } from "../aws/session.ts";

export interface Serverless {
  getProvider(name: "aws"): AwsProvider;
  readonly pluginManager: { readonly plugins: readonly unknown[] };
}

export interface AwsProvider {
  getStage(): string;
  getRegion(): string;
  /** `--aws-profile`; whatever else is set stays in the environment. */
  getProfile(): string | null | undefined;
  /** With the credentials that the deploy itself uses. */
  getAwsSdkV3Config(): Promise<{ readonly credentials: AwsCredentials }>;
}

/** How a plugin speaks; what is written is the result, on stdout, and the rest goes to stderr. */
export interface Writers {
  readonly log: { warning(text: string): void };
  writeText(text: string): void;
  readonly progress: { create(options: { readonly message: string }): { remove(): void } };
}

const gathered = z.object({
  gatheredData: z.object({
    outputs: z.array(z.object({ OutputKey: z.string(), OutputValue: z.string() })),
  }),
});

/**
 * Of the stack, as `serverless deploy` asked for it to show them. Undefined: it didn't, or keeps them
 * elsewhere by now.
 */
export function stackOutput({ pluginManager }: Serverless, key: string): string | undefined {
  const outputs = pluginManager.plugins.flatMap(
    (plugin) => gathered.safeParse(plugin).data?.gatheredData.outputs ?? [],
  );
  return outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
}
