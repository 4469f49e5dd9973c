/** Which clusters a command line means, and how they are reached. */
import { isClusterName } from "../../clusters/record-name.ts";
import { quote } from "../../config/quote.ts";
import { UsageError } from "../../errors.ts";
import { type TargetOptions, unregisteredFlags } from "./target-options.ts";

export type Target =
  /** The cluster of a kubeconfig of the user's. */
  | { readonly kind: "unregistered" }
  /** No names: all of them. */
  | { readonly kind: "registered"; readonly names: readonly string[] };

/** @throws UsageError */
export function chooseTarget(names: readonly string[], options: TargetOptions): Target {
  if (options.local && names.length === 0) {
    return { kind: "unregistered" };
  }
  const flags = Object.keys(unregisteredFlags) as (keyof typeof unregisteredFlags)[];
  const flag = flags.find((each) => options[each] !== undefined);
  if (flag !== undefined) {
    throw misplaced(unregisteredFlags[flag], names);
  }
  return { kind: "registered", names: [...new Set(names.map(checkedName))] };
}

function misplaced(flag: string, [name]: readonly string[]): UsageError {
  if (name === undefined) {
    return new UsageError(`${flag} is for a cluster that isn't registered`, {
      hint: "add --local to work from this machine",
    });
  }
  return new UsageError(`${flag} can't be combined with the name of a registered cluster`, {
    hint: `its record says how it is reached: leave ${flag} out; for a cluster that isn't registered, use --local --context, and no name`,
  });
}

/** @throws UsageError */
function checkedName(name: string): string {
  if (!isClusterName(name)) {
    throw new UsageError(`expected the name of a registered cluster, found ${quote(name)}`, {
      hint: 'a name has up to 100 letters, digits, ".", "_" and "-", with a letter or digit at both ends; ecr-pull-secrets list shows all',
    });
  }
  return name;
}
