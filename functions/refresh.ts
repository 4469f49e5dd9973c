/** Fed by the queue, or called with `{"cluster", "mode"}`: one sweep of one cluster. */
import { readFunctionSettings } from "../src/settings.ts";
import { wireRefresh } from "../src/wiring/refresh.ts";

export const handler = wireRefresh(readFunctionSettings());
