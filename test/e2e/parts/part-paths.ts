/**
 * Where the real parts are. `run.ts` finds or builds them and hands their paths to the tests in
 * the environment; whoever uses a part asks here.
 */
export type PartName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kubectl"
  | "registry"
  | "crane"
  | "python";

/** Absolute path of a part's executable. Throws if it is unknown: a missing part never skips. */
export function partPath(name: PartName): string {
  const path = process.env[environmentName(name)];
  if (path === undefined || path === "") {
    throw new Error(
      `${environmentName(name)} is not set, so these tests have no ${name} to run. ` +
        "Start them with `npm run test:e2e`: it builds the parts and sets their paths.",
    );
  }
  return path;
}

export function partEnvironment(paths: ReadonlyMap<PartName, string>): Record<string, string> {
  return Object.fromEntries([...paths].map(([name, path]) => [environmentName(name), path]));
}

function environmentName(name: PartName): string {
  return `E2E_${name.toUpperCase().replaceAll("-", "_")}`;
}
