import { UserError } from "../errors.ts";

/** A stage that can't be deployed as it is called, or where it is to go. */
export class StageError extends UserError {
  override readonly name = "StageError";
}
