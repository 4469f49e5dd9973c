/** The next step, below what went wrong. */
import type { Look } from "./look.ts";
import { wrap } from "./wording.ts";

/** `see why: ecr-pull-secrets refresh prod-eu --stage prod` */
const endsWithCommand =
  /^(?<prose>.*: )?(?<command>(?:ecr-pull-secrets|npx|npm|aws|kubectl) [^,;]+)$/s;

/** A command at its end stands whole on a line of its own, however long: somebody will copy it. */
export function renderHint(
  hint: string,
  indent: string,
  { paint, columns }: Pick<Look, "paint" | "columns">,
): string {
  const { prose, command } = endsWithCommand.exec(hint)?.groups ?? {};
  if (command === undefined) {
    return paint.cyan(wrap(`→ ${hint}`, columns, indent));
  }
  const lines =
    prose === undefined
      ? [`${indent}→ ${command}`]
      : [wrap(`→ ${prose.trim()}`, columns, indent), `${indent}  ${command}`];
  return lines.map(paint.cyan).join("\n");
}
