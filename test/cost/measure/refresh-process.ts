import { readFunctionSettings } from "../../../src/settings.ts";
import { wireRefresh } from "../../../src/wiring/refresh.ts";
import { serveMeasured } from "./measured-handler.ts";

serveMeasured(wireRefresh(readFunctionSettings()));
