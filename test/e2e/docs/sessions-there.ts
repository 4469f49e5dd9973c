/** The config of somebody who turns on what docs/aws-credentials.md says, and off again. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { root } from "../../docs/documents.ts";
import { parseMarkdown } from "../../docs/markdown.ts";
import type { Scene } from "./scene.ts";

const document = "docs/aws-credentials.md";

export interface SessionsThere {
  /** `config/prod.yml` has the document's first pull secret beside its own. */
  turnOn(): Promise<void>;
  /** The config as it was before. */
  turnOff(): Promise<void>;
}

export function sessionsThere({ stack }: Scene): SessionsThere {
  const config = readFile(join(root, "config/prod.yml"), "utf8");
  return {
    turnOn: async () => {
      const { blocks } = parseMarkdown(document, await readFile(join(root, document), "utf8"));
      const shown = blocks.find(
        ({ language, anchor }) => language === "yaml" && anchor === "the-config",
      );
      if (shown === undefined) throw new Error(`${document} shows no config`);
      const { pullSecrets } = parse(shown.text.replace("111122223333", stack.aws.account));
      const before = parse(await config);
      const after = { ...before, pullSecrets: [...before.pullSecrets, ...pullSecrets] };
      await stack.clone.configure("prod", stringify(after));
    },
    turnOff: async () => stack.clone.configure("prod", await config),
  };
}
