import { spawn } from "node:child_process";
import { Socket } from "node:net";

export interface Guard {
  /** What it guarded is gone in an orderly way: it has nothing left to do. */
  dismiss(): void;
}

/**
 * Cleans up when this process dies, however that happens (a crashed test worker, SIGKILL): a shell
 * holds the other end of a pipe, and acts when the pipe closes. In a session of its own, so that
 * Ctrl-C doesn't end it before it has acted.
 */
export function startGuard(action: "kill-process" | "remove-directory", target: string): Guard {
  const command = action === "kill-process" ? 'kill -9 "$0"' : 'sleep 1; rm -rf "$0"';
  const shell = spawn("/bin/sh", ["-c", `read -r _; ${command}`, target], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Neither the shell nor its pipe may keep this process alive.
  shell.unref();
  const pipe: unknown = shell.stdin;
  if (pipe instanceof Socket) pipe.unref();
  return { dismiss: () => shell.kill("SIGKILL") };
}
