import { UserError } from "../errors.ts";

/** The deployed stage doesn't do what this program asks of it: missing, broken, or another version. */
export class StackError extends UserError {
  override readonly name = "StackError";
}
