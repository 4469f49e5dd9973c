/** The command line of the benchmark. */
import { parseArgs } from "node:util";
import { UsageError } from "../../src/errors.ts";

export interface BenchOptions {
  readonly output: "text" | "markdown" | "json";
  readonly namespaces: number;
  readonly rounds: number;
  readonly foreignSecrets: number;
  /** In a dispatch that AWS throttles; a page of a hundred takes half a second then. */
  readonly throttledClusters: number;
  /** How many namespaces one-by-one contestants do at the added round trip. */
  readonly serialSample: number;
}

export const help = `Usage: npm run bench -- [options]

Measures, against one real kube-apiserver on this machine, how long the pull secrets of 500
namespaces take to renew: by our sweep, by the stock client, and by bare HTTP/2 as the ceiling.

  --quick          a smoke run: fewer rounds and namespaces, about a minute
  --full           one-by-one contestants do all namespaces at 100 ms too (minutes each),
                   where otherwise a sample is scaled up
  --markdown       only the table for the README
  --output <form>  text (default) or json
  --help

Exit code 1 if our sweep failed, or made another request or connection than it may. The times it
aims at are shown as pass or miss; they don't change the exit code: the machine may be busy.
`;

const normal = {
  namespaces: 500,
  rounds: 5,
  foreignSecrets: 20_000,
  throttledClusters: 10_000,
  serialSample: 50,
};
const quick = {
  namespaces: 100,
  rounds: 1,
  foreignSecrets: 2_000,
  throttledClusters: 1_000,
  serialSample: 5,
};

/** @returns undefined if help is asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { help: wantsHelp, output, quick: isQuick, full, markdown } = readFlags(args);
  if (wantsHelp) return undefined;
  if (output !== "text" && output !== "json") {
    throw new UsageError(`--output ${output} is not known: text or json`);
  }
  if (markdown && output === "json") {
    throw new UsageError("--markdown and --output json exclude each other");
  }
  const size = isQuick ? quick : normal;
  return {
    ...size,
    output: markdown ? "markdown" : output,
    serialSample: full ? size.namespaces : size.serialSample,
  };
}

function readFlags(args: readonly string[]) {
  const flag = { type: "boolean", default: false } as const;
  const output = { type: "string", default: "text" } as const;
  const options = { quick: flag, full: flag, markdown: flag, output, help: flag };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
