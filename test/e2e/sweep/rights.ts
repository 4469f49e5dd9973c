/** The rights that sweeps have here: those that the README hands out, or what a scenario makes of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

export interface RightsChange {
  /** Another name for account, role and binding: another sweeper than the one of the file. */
  readonly account?: string;
  /** Instead of `ecr-pull`. */
  readonly secrets?: readonly string[];
  /** Instead of `default`; none: without any right to service accounts. */
  readonly serviceAccounts?: readonly string[];
  readonly prune?: boolean;
}

const usual = "ecr-pull-secrets";
const text = readFileSync(join(import.meta.dirname, "../../../docs/rights.yaml"), "utf8");

/** As the API server's audit log calls it. */
export function sweeperName(account = usual): string {
  return `system:serviceaccount:${usual}:${account}`;
}

export function rightsManifest({ account = usual, ...change }: RightsChange = {}): string {
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  const manifests = objects.map((object) => {
    if (object.kind === "Namespace") {
      return stringify(object);
    }
    const rules = object.rules && { rules: changeRules(object.rules, change) };
    return stringify({ ...object, ...rules }).replaceAll(`name: ${usual}`, `name: ${account}`);
  });
  return manifests.join("---\n");
}

interface Rule {
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

function changeRules(rules: readonly Rule[], change: Omit<RightsChange, "account">): Rule[] {
  const { secrets, serviceAccounts, prune = false } = change;
  const changed = rules.map((rule) => {
    switch (rule.resources[0]) {
      case "secrets":
        return {
          ...rule,
          resourceNames: secrets ?? rule.resourceNames ?? [],
          verbs: prune ? [...rule.verbs, "delete"] : rule.verbs,
        };
      case "serviceaccounts":
        return { ...rule, resourceNames: serviceAccounts ?? rule.resourceNames ?? [] };
      default:
        return rule;
    }
  });
  // Without names, a rule would be about all of them.
  return changed.filter(({ resourceNames }) => resourceNames?.length !== 0);
}
