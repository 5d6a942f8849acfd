import { singleFile } from "../../src/export/single-file.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import type { Exported } from "../render/draw.ts"
import { all, recordOf } from "../support/record.ts"

/** A session as one file. */
export const drawSingle = async (exported: Exported): Promise<string> =>
  (await all(singleFile(normalizeSession(recordOf(exported)), { version: "1.0.0" }))).join("")
