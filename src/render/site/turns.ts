import type { Message, UserMessage } from "../../session/model.ts"
import { type Acts, addAct, noActs, stepsOf } from "../acts.ts"
import { count, formatDuration } from "../format.ts"
import { toolsOf } from "../piece.ts"
import type { Byline } from "../view.ts"

/** A prompt and all that was done for it until the next one. It may go on over several pages. */
export interface Turn {
  began: number | undefined
  ended: number | undefined
  acts: Acts
  files: number
  additions: number
  deletions: number
  stopped: boolean
  /** The next prompt has come, or the session has ended: nothing more will be added. */
  over: boolean
}

/** The turn that a prompt opens. */
export function newTurn({ created, diffs }: UserMessage): Turn {
  const sum = (kind: "additions" | "deletions") => diffs.reduce((all, diff) => all + diff[kind], 0)
  return {
    began: created,
    ended: undefined,
    acts: noActs(),
    files: new Set(diffs.map(({ file }) => file)).size,
    additions: sum("additions"),
    deletions: sum("deletions"),
    stopped: false,
    over: false,
  }
}

/** Adds what a message did for the turn that it belongs to. */
export function addToTurn(turn: Turn, message: Message): void {
  for (const part of toolsOf(message)) addAct(turn.acts, part)
  if (message.role !== "assistant") return
  const ended = message.completed ?? message.created
  if (ended !== undefined) turn.ended = Math.max(turn.ended ?? 0, ended)
  turn.stopped = message.error?.name === "MessageAbortedError"
}

/** What came of a prompt, in words; undefined while it is not over, or where nothing was done. */
export function bylineOf({ began, ended, acts, files, additions, deletions, stopped, over }: Turn): Byline | undefined {
  const steps = stepsOf(acts)
  const failed = acts.failed + acts.failedRuns
  const took = began !== undefined && ended !== undefined && ended > began ? ended - began : undefined
  if (!over || (steps === 0 && files === 0 && took === undefined && !stopped)) return undefined
  return {
    duration: formatDuration(took),
    steps: steps === 0 ? "" : `${count(steps, "step")}${failed > 0 ? `, ${failed} failed` : ""}`,
    files: files === 0 ? "" : count(files, "file"),
    additions,
    deletions,
    stopped,
  }
}

/** Whether more is to be expected after this message: an answer that has not come, or is not at its end. */
export function goesOn(last: Message | undefined): boolean {
  if (last?.role === "user") return true
  if (last?.role !== "assistant" || last.error) return false
  return last.completed === undefined || last.finish === "tool-calls"
}
