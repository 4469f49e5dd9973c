/** A process of its own that answers questions: the parent's side and the child's. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";

export interface ChildService extends AsyncDisposable {
  /** One question at a time. Throws what the child threw, or that it ended. */
  ask<T extends z.ZodType>(question: object, answer: T): Promise<z.output<T>>;
}

const reply = z.object({ answer: z.unknown().optional(), error: z.string().optional() });

/** Questions go over a pipe, so a token in one shows in no list of processes. */
export function startService(module: URL, env: NodeJS.ProcessEnv = process.env): ChildService {
  const child = fork(module, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    ask: async (question, answer) => {
      const received = nextReply(child);
      child.send(question);
      const result = reply.parse(await received);
      if (result.error !== undefined) throw new Error(result.error);
      return answer.parse(result.answer);
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}

/** In the child: ends when the parent lets go of it, or dies. */
export function serveParent(handle: (question: unknown) => Promise<unknown>): void {
  const send = (message: object) => process.send?.(message);
  process.on("message", (question) => {
    handle(question).then(
      (answer) => send({ answer }),
      (error: Error) => send({ error: error.stack ?? error.message }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}

async function nextReply(child: ChildProcess): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const done = () => {
      child.off("message", onMessage);
      child.off("exit", onExit);
    };
    const onMessage = (message: unknown) => {
      done();
      resolve(message);
    };
    const onExit = (code: number | null) => {
      done();
      reject(new Error(`a process of the benchmark ended with code ${code ?? "none"}`));
    };
    child.on("message", onMessage);
    child.on("exit", onExit);
  });
}
