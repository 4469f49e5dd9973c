/** Fed by the queue, or called with `{"cluster", "mode"}`: one sweep of one cluster. */
import { readFunctionSettings } from "../src/settings.ts";
import { wireRefresh } from "../src/wiring/functions.ts";

export const handler = await wireRefresh(readFunctionSettings());
