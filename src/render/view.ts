import type { Timestamp } from "./format.ts"
import type { StoredFile } from "./html/attachment.ts"
import type { SafeHtml } from "./html/safe-html.ts"
import type { TimelineView } from "./timeline/timeline-view.ts"
import type { ToolCategory } from "./tool-category.ts"

/** Everything a page shows, as plain values: components render it and decide nothing. */
export interface PageView {
  /** The share's id. The browser script recognises pages of the same share by it. */
  id: string
  /** The session's title, and the description of link previews. */
  title: string
  description: string
  /** 1 for the first page. */
  number: number
  /** File names of this page, of the session's first page and of its neighbours. */
  path: string
  first: string
  previous: string | undefined
  next: string | undefined
  /** The session is unfinished: more may follow. Set on the first and the last page. */
  live: boolean
  /** For a subagent's session: link to the step that started it. */
  parent: { href: string; title: string } | undefined
  /** Facts of the session, on its first page. */
  facts: HeaderFact[]
  /** The first changed files, and the link to all of them with their diffs. */
  changes: ChangeLink[]
  allChanges: { href: string; label: string } | undefined
  /** Replaces `items` on pages of changes. */
  changed: ChangedView | undefined
  /** One sentence on what was done. */
  done: string
  /** Timeline of the session, on its first page. */
  timeline: TimelineView | undefined
  /** Prompts on this page. */
  outline: OutlineEntry[]
  /** On the first page: links to the other pages, thinned out if they are many. */
  parts: PartLink[]
  /** The first failed steps on this page, and the number of further ones. */
  failures: FailureLink[]
  moreFailures: number
  items: PageEntry[]
  /** Version of this package, and file name of the style sheet. */
  generator: string
  sheet: string
}

export interface HeaderFact {
  name: string
  value: string
  /** Secondary text in small print. */
  more?: string
  lines?: { additions: number; deletions: number }
  /** Value of the `datetime` attribute of `<time>`. */
  time?: string
  /** The value needs its name, which is then shown on small screens, too. */
  named?: boolean
}

export interface ChangeLink {
  /** The file's section on the pages of changes. */
  href: string
  folder: string
  file: string
  /** The change: `new`, `deleted`, `moved`, …; "" if only its text changed. */
  word: string
  additions: number
  deletions: number
}

/** Changed files of one page. */
export interface ChangedView {
  /** On the first of these pages: the number of files on all of them, and links to them. */
  total: number
  list: ChangeLink[]
  /** Remarks on the changes as a whole, one sentence each. */
  notes: string[]
  files: ChangedFileView[]
}

export interface ChangedFileView extends ChangeLink {
  anchor: string
  /** The file's former name, or "". */
  from: string
  prompts: { href: string; number: number }[]
  morePrompts: number
  remark: string
  open: boolean
  /** `isOverwrite`: the patch holds the full new text; the previous content is unknown. */
  diffs: { block: Extract<StepBlock, { type: "diff" }>; isOverwrite: boolean }[]
}

export interface OutlineEntry {
  href: string
  number: number
  /** First words of the prompt. */
  label: string
  /** Elapsed time since the session began; "" if unknown. */
  since: string
  summary: PromptSummary | undefined
}

export interface PartLink {
  href: string
  number: number
  /** Numbers of the prompts on it; undefined if it only continues an answer. */
  prompts: { from: number; to: number } | undefined
}

/** Link to a section of a document that holds a whole session: a subagent's session, or changed files. */
export interface SectionLink {
  href: string
  label: string
}

export interface FailureLink {
  href: string
  since: string
  label: string
}

/** Results of a prompt, as shown below it. */
export interface PromptSummary {
  duration: string
  /** `7 steps, 1 failed` */
  steps: string
  files: string
  additions: number
  deletions: number
  /** The answer was aborted by the user. */
  stopped: boolean
}

interface ItemBase {
  /** Id of the message or part, to link to. */
  anchor: string
  /** Id of the message, on the first item of an answer: its parts have ids of their own. */
  message?: string
  moment: Timestamp | undefined
}

/** Prose, and the places where something is left out of it. */
export type ProsePiece = { type: "markup"; body: SafeHtml } | { type: "cut"; cut: CutView }

/** One element in the flow of a page; all of it comes from one message or part. */
export type PageItem =
  | (ItemBase & {
      kind: "prompt"
      number: number
      /** First words, for the outline. */
      label: string
      long: boolean
      body: ProsePiece[]
      summary: PromptSummary | undefined
      attachments: AttachmentView[]
      hidden: StepBlock[]
    })
  | (ItemBase & { kind: "prose"; body: ProsePiece[] })
  | (ItemBase & {
      kind: "reasoning"
      gist: string
      body: ProsePiece[]
      duration: string
      took: number
    })
  | (ItemBase & { kind: "step"; step: StepView })
  /** Model, tokens and cost of an answer. */
  | (ItemBase & { kind: "meta"; text: string })
  | (ItemBase & { kind: "note"; tone: "bad" | "plain"; title: string; text: string })
  | (ItemBase & { kind: "compaction"; title: string; body: ProsePiece[] })
  | (ItemBase & { kind: "raw"; title: string; json: string })

/** Entry of a page: a rendered item, or a summary of several. */
export type PageEntry =
  | { kind: "item"; markup: SafeHtml }
  /** Consecutive read-only steps and the reasoning between them, collapsed. */
  | { kind: "run"; moment: Timestamp | undefined; gist: string; steps: number; duration: string; members: SafeHtml[] }
  | SentenceView

/** Summary line that replaces consecutive steps in the conversation view. */
export interface SentenceView {
  kind: "sentence"
  moment: Timestamp | undefined
  /** `Thought for 11 s, edited `, the files, and what follows them. */
  before: string
  edits: { href: string; label: string }[]
  after: string
  failures: { href: string; verb: string; object: string; outcome: string }[]
}

/** A tool call: one row that opens. */
export interface StepView {
  category: ToolCategory
  verb: string
  /** Object of the action; `folder` is separate so that the file name stands out. */
  folder: string
  object: string
  /** Set in the monospace font (a path, a command). */
  mono: boolean
  outcome: string
  /** Lines added and removed by a change; shown in place of `outcome`. */
  lines?: { additions: number; deletions: number }
  tone: "ok" | "bad" | "plain" | "waiting"
  duration: string
  /** Milliseconds; 0 if unknown. */
  took: number
  slow: boolean
  node: "looked" | "changed" | "passed" | "failed" | "other"
  open: boolean
  blocks: StepBlock[]
}

/** A block in an opened step. */
export type StepBlock =
  | { type: "text"; text: string; tone: "bad" | "plain" }
  | { type: "caption"; text: string }
  | { type: "prose"; tone: "asked" | "answered"; body: ProsePiece[] }
  | { type: "terminal"; command: string; output: SafeHtml; tail: SafeHtml; cut: CutView | undefined }
  /** `numbers` of the lines, if they are numbered. */
  | { type: "code"; numbers: string; body: SafeHtml; tail: SafeHtml; cut: CutView | undefined }
  | {
      type: "diff"
      path: string
      note: string
      additions: number
      deletions: number
      rows: DiffRow[]
      tail: DiffRow[]
      cut: CutView | undefined
    }
  | { type: "todos"; todos: { content: string; status: string; word: string }[] }
  | { type: "questions"; questions: QuestionView[] }
  | { type: "fields"; rows: { name: string; value: string }[] }
  | { type: "files"; attachments: AttachmentView[] }
  | { type: "card"; href: string; title: string; text: string }
  /** `target`: a stored file, or an address elsewhere. */
  | { type: "link"; target: StoredFile | string; label: string }

export interface DiffRow {
  kind: "same" | "add" | "del" | "gap"
  old: number | undefined
  new: number | undefined
  content: SafeHtml
}

export interface QuestionView {
  question: string
  options: { label: string; description: string; chosen: boolean }[]
  /** Answers other than the offered options. */
  own: string[]
  state: string
}

/**
 * Omitted content (`12 lines`), and the file of the share that holds the full text, if there is one. Whole lines are left
 * out between a block and its tail, characters from the middle of its lines.
 */
export interface CutView {
  omitted: string
  isLines: boolean
  file: StoredFile | undefined
}

export interface AttachmentView {
  name: string
  mime: string
  size: string
  file: StoredFile | undefined
  /** Address on the web, if the session does not hold the content. */
  externalUrl: string | undefined
  isImage: boolean
}
