import { ledgerFolder } from "../config/paths.ts"
import { ShareError } from "../errors.ts"
import { formatCount } from "../lib/format-count.ts"
import { formatAge } from "../lib/format-time.ts"
import { titleLine } from "../lib/terminal-text.ts"
import { databasePath } from "../session/database-path.ts"
import { recentSessions } from "../session/recent-sessions.ts"
import { openLedger } from "../share/ledger.ts"
import { promptChoice } from "./prompt.ts"
import { canAsk, type Terminal } from "./terminal.ts"

const SHOWN_COUNT = 10

/**
 * Asks which of this project's latest sessions to share, the newest preselected. Undefined without a terminal, or where
 * there is nothing to choose: the caller then takes the newest. Throws `cancelled`.
 */
export async function pickSession(terminal: Terminal): Promise<string | undefined> {
  if (!canAsk(terminal)) return undefined
  const { env, home, cwd } = terminal
  const sessions = recentSessions(databasePath(env, home), cwd, SHOWN_COUNT)
  if (sessions.length < 2) return undefined
  const shared = new Set((await openLedger(ledgerFolder(terminal)).all()).map(({ session }) => session))
  const choices = sessions.map(({ id, title, active, messages }) => {
    const facts = [formatAge(active, Date.now()), formatCount(messages, "message"), shared.has(id) && "shared"]
    return { value: id, label: titleLine(title) || id, hint: facts.filter(Boolean).join(", ") }
  })
  const picked = await promptChoice(terminal, "Which session?", choices)
  if (picked === undefined) throw new ShareError("cancelled", "Cancelled. Nothing was shared.")
  return picked
}
