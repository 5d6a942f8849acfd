import type { ErrorHandler } from "hono"
import { ShareError } from "../../errors.ts"
import type { Log } from "../log.ts"
import { HttpError } from "./http-error.ts"
import { refuse } from "./responses.ts"

/** Turns an error into a response, and logs it without content: a message of an unexpected error may contain anything. */
export const errorHandler =
  (log: Log): ErrorHandler =>
  (error, context) => {
    if (error instanceof HttpError) return refuse(context, error.status, { error: error.message })
    if (error instanceof ShareError) log("warn", "failed", { code: error.code, message: error.message })
    else log("error", "unexpected", { name: error.name, at: stackFrames(error) })
    return refuse(context, 503, { error: "The server cannot process the request at the moment. Try again later." })
  }

const stackFrames = (error: Error) =>
  (error.stack ?? "")
    .split("\n")
    .slice(1, 4)
    .map((line) => line.trim())
