/** Fired by the schedule: one message per registered cluster. */
import { readFunctionSettings } from "../src/settings.ts";
import { wireDispatch } from "../src/wiring/dispatch.ts";

export const handler = wireDispatch(readFunctionSettings());
