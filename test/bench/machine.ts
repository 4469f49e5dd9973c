import { cpus, loadavg, totalmem } from "node:os";
import type { Machine } from "./results.ts";

export function describeMachine(): Omit<Machine, "kubeApiServer"> {
  const processors = cpus();
  const [loadBefore = 0] = loadavg();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown processor",
    cores: processors.length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    date: new Date().toISOString(),
    loadBefore,
  };
}
