/** What a sweep says of a secret that somebody else has made under our name. */
import { fieldManager } from "../../pull-secrets/names.ts";
import type { SecretState } from "../ports.ts";
import type { Finding } from "./findings.ts";

export function foreignSecret(pullSecret: string, state: SecretState): Finding {
  return {
    kind: "conflict",
    severity: "failure",
    pullSecret,
    namespace: state.namespace,
    message: `secret ${pullSecret} was made by ${makerOf(state)}; it was left alone`,
    hint: "set `adopt: true` on this pull secret (`--adopt` without a config file) to take it over, or exclude the namespace",
  };
}

/** @param registries keys of those of which nobody can tell what would be written */
export function heldAdoption(
  pullSecret: string,
  state: SecretState,
  registries: readonly string[],
): Finding {
  return {
    kind: "adopt-held",
    severity: "notice",
    pullSecret,
    namespace: state.namespace,
    message: `secret ${pullSecret} was made by ${makerOf(state)}; it is left as it is, and taken over whole once ${registries.join(" and ")} can be asked for a login`,
  };
}

function makerOf({ managers }: SecretState): string {
  return managers.find(({ manager }) => manager !== fieldManager)?.manager ?? "somebody else";
}
