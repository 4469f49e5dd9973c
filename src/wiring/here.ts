/**
 * Looks after registered clusters from this machine, with the caller's AWS credentials, as the
 * deployed function would: the runner for clusters that Lambda can't reach.
 */
import { createAwsSession } from "../aws/session.ts";
import type { StageConfig } from "../config/stage-config.ts";
import type { Deadline } from "../deadline.ts";
import type { Owner } from "../refresh/desired.ts";
import { parseImage } from "../registries/image-reference.ts";
import type { AskMode } from "../stack/deployed-stack.ts";
import { serveDirect } from "../worker/serve-refresh.ts";
import { refreshPorts } from "./refresh-ports.ts";

export interface HereOptions {
  readonly owner: Owner;
  readonly profile: string | undefined;
  readonly config: StageConfig;
  readonly now: () => Date;
}

export interface Question {
  readonly mode: AskMode;
  /** The name of an image, for `check`. @throws UsageError for what is none */
  readonly image?: string | undefined;
}

export interface Here {
  /** Answers as the function does; only bugs throw. */
  ask(cluster: string, asked: Question, time: Deadline): Promise<unknown>;
}

/**
 * What the function logs, the command line prints; it takes no messages from the queue, and tells no
 * topic: of a cluster that it mended, the function's next sweep does. (It comes to no local one.)
 */
const silent = {
  swept: () => {},
  skipped: () => {},
  warned: () => {},
  delayRetry: async () => {},
  topic: undefined,
};

export function wireHere({ profile, ...options }: HereOptions): Here {
  const { region } = options.owner;
  const session = createAwsSession({ region, profile, name: "command-line" });
  const open = refreshPorts({ ...options, session }, silent);
  return {
    async ask(cluster, { mode, image }, time) {
      // A connection that is kept would keep the process.
      const { ports, close } = open(1);
      try {
        const request = { cluster, mode, image: image === undefined ? image : parseImage(image) };
        return await serveDirect(request, { ports, time });
      } finally {
        await close();
      }
    },
  };
}
