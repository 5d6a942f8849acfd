import type { Message, Session } from "../../session/model.ts"
import { type ChangesPage, changesHeader } from "../changes/changes-pages.ts"
import { clip } from "../html/truncate.ts"
import { collapseRuns } from "../items/collapsed-runs.ts"
import { type LinkRecord, mergeLinks, newLinkRecord, type PageLinks } from "../links.ts"
import { describeSteps, expiryFact, headerFacts, type SessionStats, type Usage } from "../session-stats.ts"
import type { PageView } from "../view.ts"
import type { DrawnItem } from "./draw-item.ts"
import { failuresOf, outlineOf } from "./outline.ts"
import { pageName } from "./page-names.ts"
import type { PageRenderer } from "./page-renderer.ts"
import { summarizeTurn, type Turn } from "./prompt-summary.ts"

/** Fields that all pages of a share have in common. */
export interface PageCommon {
  /** The share's id, written into every page. */
  id: string
  version: string
  /** File name of the style sheet of all pages. */
  sheet: string
  /** Prefix of the pages' file names: "" for the session itself, `sub-<hash>` for a subagent's. */
  stem: string
  /** For a subagent's session: the page of the session that started it. */
  parent: { href: string; title: string } | undefined
  /** Description of what was left out of the session, and when the share expires (ISO 8601). */
  leftOut?: string | undefined
  expires?: string | undefined
}

/** A session's title as pages show it. */
export const titleOf = ({ title }: Session["info"]): string => clip(title.trim(), 300) || "Untitled session"

/** Working directory of a message; "" if unknown. */
export const workingDirectoryOf = (message: Message): string => (message.role === "assistant" ? message.cwd : "")

/** View of a page without content. */
export function emptyPageView(common: PageCommon, info: Session["info"], path: string, number: number): PageView {
  return {
    id: common.id,
    title: titleOf(info),
    description: "",
    number,
    path,
    first: pageName(common.stem, 1),
    previous: undefined,
    next: undefined,
    live: false,
    parent: common.parent,
    facts: [],
    changes: [],
    allChanges: undefined,
    changed: undefined,
    timeline: undefined,
    done: "",
    outline: [],
    parts: [],
    failures: [],
    moreFailures: 0,
    items: [],
    generator: `opencode-bucket ${common.version}`,
    sheet: common.sheet,
  }
}

/** The items of a page, and what its outline shows of them. Prompts are rendered again with the results of their turns. */
export async function contentOf(
  drawn: readonly DrawnItem[],
  turns: readonly Turn[],
  renderer: PageRenderer,
  linksTo: (record: LinkRecord) => PageLinks,
): Promise<{ content: Pick<PageView, "items" | "outline" | "failures" | "moreFailures">; links: LinkRecord }> {
  const items: DrawnItem[] = []
  let prompts = 0
  for (const one of drawn) {
    const { item } = one
    const turn = item.kind === "prompt" && item.number > 0 ? turns[prompts++] : undefined
    const summary = turn && summarizeTurn(turn)
    if (item.kind === "prompt" && summary) {
      const summarized = { ...item, summary }
      items.push({ ...one, item: summarized, markup: await renderer.renderItem(summarized, linksTo(newLinkRecord())) })
    } else items.push(one)
  }
  const views = items.map(({ item }) => item)
  const content = { items: collapseRuns(items), outline: outlineOf(views), ...failuresOf(views) }
  return { content, links: mergeLinks(items.map(({ links }) => links)) }
}

/**
 * The header of a session's first page.
 * @param below what the session's subagents took
 */
export function headerView(
  stats: SessionStats,
  info: Session["info"],
  changes: readonly ChangesPage[],
  furtherFiles: number,
  { leftOut, expires, stem }: PageCommon,
  below: Usage,
): Pick<PageView, "facts" | "changes" | "allChanges" | "done" | "description"> {
  const done = describeSteps(stats)
  const { total, ...changed } = changesHeader(changes, furtherFiles)
  return {
    facts: [
      ...headerFacts(stats, info, total, below),
      ...(leftOut ? [{ name: "Left out", value: leftOut, named: true }] : []),
      // The share expires as a whole: subagents' pages do not show it, so that a new date re-renders one page only.
      ...(expires && stem === "" ? [expiryFact(expires)] : []),
    ],
    ...changed,
    done,
    description: done || "A conversation with a coding agent.",
  }
}
