/** Look for what is wrong with a registered cluster, as the function sees it. */
import type { CheckReport } from "../checks/check-report.ts";
import { type DiagnosisOptions, diagnoseCluster } from "../checks/diagnose-cluster.ts";
import type { CheckPorts } from "../checks/ports.ts";
import type { RefreshPorts } from "./ports.ts";

/** What a diagnosis needs beside what a sweep does. */
export type CheckingPorts = RefreshPorts & Pick<CheckPorts, "examine" | "images">;

/** @returns undefined if it isn't registered */
export function checkRegistered(
  cluster: string,
  ports: CheckingPorts,
  { abort, isLeftAlone, image }: DiagnosisOptions,
): Promise<CheckReport | undefined> {
  return diagnoseCluster(cluster, ports, { abort, isLeftAlone, image });
}
