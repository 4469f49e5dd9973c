/** `--print-manifests`: the rights as YAML. It asks AWS whose they are, and the cluster nothing. */
import { rightsWish } from "../../registration/registration-wish.ts";
import { computeRights } from "../../rights/compute-rights.ts";
import { groupName } from "../../rights/names.ts";
import { type CliRun, type ExitCode, exitCodes } from "../context.ts";
import { renderJson } from "../print/json.ts";
import { renderManifests } from "../print/registration/manifests.ts";
import { openStageFor } from "./open-registration.ts";
import type { RegisterOptions } from "./register-options.ts";
import type { RegisterRequest } from "./register-request.ts";

export async function printManifests(
  request: RegisterRequest,
  options: RegisterOptions,
  run: CliRun,
): Promise<ExitCode> {
  const { wish } = await openStageFor(request, options, run);
  const itself = rightsWish(wish);
  const group = { kind: "Group", name: groupName } as const;
  const { objects } = computeRights(request.eks ? { ...itself, subject: group } : itself);
  const { terminal } = run.context;
  terminal.print(options.output === "json" ? renderJson(objects) : renderManifests(objects, wish));
  return exitCodes.ok;
}
