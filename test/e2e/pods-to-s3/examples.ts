/** The pods of docs/aws-credentials.md: what is run here has the environment that stands there. */
import { parse } from "yaml";
import { z } from "zod";
import { readText } from "../../docs/documents.ts";
import { parseMarkdown } from "../../docs/markdown.ts";

export const defaultMountPath = "/var/run/secrets/aws";

const podSpec = z.object({
  containers: z.array(
    z.object({
      name: z.string(),
      env: z.array(z.object({ name: z.string(), value: z.string() })),
      volumeMounts: z.array(z.looseObject({ mountPath: z.string() })),
    }),
  ),
  volumes: z.array(z.unknown()),
});
const example = z.looseObject({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({}),
});
export type Example = z.output<typeof example>;

const file = "docs/aws-credentials.md";

export const examples: readonly Example[] = parseMarkdown(file, readText(file))
  .blocks.filter(({ language, text }) => language === "yaml" && text.startsWith("apiVersion:"))
  .map(({ text }) => example.parse(parse(text)));

/** Of a Pod, or of what makes some. */
export function podSpecOf({ spec }: Example): z.output<typeof podSpec> {
  const { template } = z
    .object({ template: z.object({ spec: z.unknown() }).optional() })
    .parse(spec);
  return podSpec.parse(template?.spec ?? spec);
}

/** Of the example with this container, mounted elsewhere. */
export function exampleEnvironment(container: string, mountPath: string): Record<string, string> {
  const all = examples.flatMap((each) => podSpecOf(each).containers);
  const found = all.find(({ name }) => name === container);
  if (found === undefined) throw new Error(`${file} has no container ${container}`);
  return Object.fromEntries(
    found.env.map(({ name, value }) => [name, value.replace(defaultMountPath, mountPath)]),
  );
}
