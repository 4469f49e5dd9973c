import type { AccessKind } from "../../../registration/access/access-kind.ts";
import type { Look } from "../look.ts";
import { wrap } from "../wording.ts";

/** What a registration does outside the cluster, place by place. */
export function renderAccessSteps({ steps = [] }: AccessKind, { paint, columns }: Look): string {
  const places = Map.groupBy(steps, ({ place }) => place);
  const lines = [...places].flatMap(([place, each]) => [
    paint.bold(place),
    ...each.map(({ verb, what }) => {
      const sign = verb === "create" ? paint.green("+") : paint.yellow("~");
      return `  ${sign} ${wrap(what, columns, "      ").trimStart()}`;
    }),
  ]);
  return lines.join("\n");
}
