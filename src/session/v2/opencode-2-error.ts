import { ShareError } from "../../errors.ts"

/** A session of OpenCode 2 that cannot be read, or not by the way that was asked for. */
export class Opencode2Error extends ShareError {
  constructor(message: string, hint: string, cause?: unknown) {
    super("bad-input", message, { hint, cause })
  }
}
