import { readFunctionSettings } from "../../../src/settings.ts";
import { wireDispatch } from "../../../src/wiring/dispatch.ts";
import { serveMeasured } from "./measured-handler.ts";

serveMeasured(wireDispatch(readFunctionSettings()));
