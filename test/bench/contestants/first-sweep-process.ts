/** A process that only sweeps, once: with nothing in its memory but the program. */
import { wireLocal } from "../../../src/wiring/local.ts";
import { serveParent } from "../child-service.ts";
import { runRequest } from "./contestant.ts";
import { measureProcess } from "./measure-process.ts";
import { runSweep } from "./our-sweep.ts";

/** Nobody calls AWS here, but its clients weigh in the program's memory: a bundler must keep them. */
export const program = wireLocal;

serveParent((question) => measureProcess(runSweep, runRequest.parse(question)));
