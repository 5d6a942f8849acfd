import type { Act } from "./acts.ts"
import type { Moment } from "./format.ts"
import type { SafeHtml } from "./html/safe-html.ts"
import type { TraceView } from "./timeline/trace-view.ts"

/** Everything that a page shows, as plain values: the components draw it and decide nothing. */
export interface PageView {
  /** The share's id, by which a page is recognised as its own. */
  id: string
  /** The session's title, and what a link preview says below it. */
  title: string
  description: string
  /** 1 for the first page. */
  number: number
  /** This page's own file name, and those of the session's first page and of its neighbours. */
  path: string
  first: string
  previous: string | undefined
  next: string | undefined
  /** The session still goes on: there may soon be more of it. Said on its first and its last page. */
  live: boolean
  /** The session that this one was started by, as a link to the step that did. */
  parent: { href: string; title: string } | undefined
  /** The facts of the session, on its first page. */
  facts: Fact[]
  /** The first of the files that changed, and where all of them are, with their diffs. */
  changes: Change[]
  allChanges: { href: string; label: string } | undefined
  /** A page that shows what changed: it has this in place of items. */
  changed: ChangedView | undefined
  /** What was done, in a sentence. */
  done: string
  /** The session drawn to scale, on its first page. */
  trace: TraceView | undefined
  /** The prompts on this page. */
  outline: OutlineEntry[]
  /** On the first page: where the others begin, thinned out if they are many. */
  parts: PartLink[]
  /** Steps on this page that failed, the first of them, and how many more there are. */
  failures: Failure[]
  moreFailures: number
  items: Item[]
  /** This package's version, and the name of the style sheet that the page needs. */
  generator: string
  sheet: string
}

export interface Fact {
  name: string
  value: string
  /** In small print beside it. */
  more?: string
  lines?: { additions: number; deletions: number }
  /** The value as `<time>` has it. */
  time?: string
  /** It says nothing without its name, which is shown on small screens, too. */
  named?: boolean
}

export interface Change {
  /** Its place on the pages of what changed. */
  href: string
  folder: string
  file: string
  /** What became of it: `new`, `deleted`, `moved`, …; "" if its text changed, and no more. */
  word: string
  additions: number
  deletions: number
}

/** The files that changed, as far as one page shows them. */
export interface ChangedView {
  /** On the first of these pages: how many there are on all of them, and their names as links. */
  total: number
  list: Change[]
  /** What is to be said of the whole, a sentence each. */
  notes: string[]
  files: ChangedFileView[]
}

export interface ChangedFileView extends Change {
  anchor: string
  /** The file's former name, or "". */
  from: string
  prompts: { href: string; number: number }[]
  morePrompts: number
  remark: string
  open: boolean
  /** `anew`: the whole text as it was written; what was there before is not told. */
  diffs: { block: Extract<Block, { type: "diff" }>; anew: boolean }[]
}

export interface OutlineEntry {
  href: string
  number: number
  /** The first words of the prompt. */
  label: string
  /** When, since the session began; "" if it is not known. */
  since: string
  byline: Byline | undefined
}

export interface PartLink {
  href: string
  number: number
  /** The numbers of the prompts in it; undefined where an answer only goes on. */
  prompts: { from: number; to: number } | undefined
}

export interface Failure {
  href: string
  since: string
  label: string
}

/** What came of a prompt, in the words that stand below it. */
export interface Byline {
  duration: string
  /** `7 steps, 1 failed` */
  steps: string
  files: string
  additions: number
  deletions: number
  /** The answer was stopped by hand. */
  stopped: boolean
}

interface ItemBase {
  /** The id of the message or part, to link to. */
  anchor: string
  /** The id of the message, on the first item of an answer: its parts have their own. */
  message?: string
  moment: Moment | undefined
}

export type Item =
  | (ItemBase & {
      kind: "prompt"
      number: number
      /** Its first words, for the outline. */
      label: string
      long: boolean
      body: SafeHtml
      cut: CutView | undefined
      byline: Byline | undefined
      attachments: AttachmentView[]
      hidden: Block[]
    })
  | (ItemBase & { kind: "prose"; body: SafeHtml; cut: CutView | undefined })
  | (ItemBase & {
      kind: "reasoning"
      gist: string
      body: SafeHtml
      cut: CutView | undefined
      duration: string
      took: number
    })
  | (ItemBase & { kind: "step"; step: Step })
  /** Several steps in a row that only looked around, and what was thought between them. */
  | (ItemBase & { kind: "run"; gist: string; steps: number; duration: string; items: Item[] })
  /** A row of steps in one sentence, for who reads the conversation alone. */
  | (ItemBase & { kind: "sentence"; body: SafeHtml })
  /** Which model answered, with how many tokens, at what cost. */
  | (ItemBase & { kind: "meta"; text: string })
  | (ItemBase & { kind: "note"; tone: "bad" | "plain"; title: string; text: string })
  | (ItemBase & { kind: "compaction"; title: string; body: SafeHtml | undefined })
  | (ItemBase & { kind: "raw"; title: string; json: string })

/** A tool call: one row that opens. */
export interface Step {
  act: Act
  verb: string
  /** What it was done to; `folder` is set apart so that the file's name stands out. */
  folder: string
  object: string
  /** Set in the machine's face (a path, a command) rather than as prose. */
  mono: boolean
  outcome: string
  /** Lines added and removed, of a change; shown in place of `outcome`. */
  lines?: { additions: number; deletions: number }
  tone: "ok" | "bad" | "plain" | "waiting"
  duration: string
  /** Milliseconds; 0 if it is not known. */
  took: number
  slow: boolean
  node: "looked" | "changed" | "passed" | "failed" | "other"
  open: boolean
  blocks: Block[]
}

/** A piece of what a step shows when it is open. */
export type Block =
  | { type: "text"; text: string; tone: "bad" | "plain" }
  | { type: "caption"; text: string }
  | { type: "prose"; tone: "asked" | "answered"; body: SafeHtml }
  | { type: "terminal"; command: string; output: SafeHtml; tail: SafeHtml; cut: CutView | undefined }
  /** `lines`: how many; `first`: the number of the first of them, if lines have numbers. */
  | { type: "code"; first: number | undefined; lines: number; body: SafeHtml; cut: CutView | undefined }
  | {
      type: "diff"
      path: string
      note: string
      additions: number
      deletions: number
      rows: DiffRow[]
      cut: CutView | undefined
    }
  | { type: "todos"; todos: { content: string; status: string; word: string }[] }
  | { type: "questions"; questions: QuestionView[] }
  | { type: "fields"; rows: { name: string; value: string }[] }
  | { type: "files"; attachments: AttachmentView[] }
  | { type: "card"; href: string; title: string; text: string }
  | { type: "link"; href: string; label: string }

export interface DiffRow {
  kind: "same" | "add" | "del" | "gap"
  old: number | undefined
  new: number | undefined
  content: SafeHtml
}

export interface QuestionView {
  question: string
  options: { label: string; description: string; chosen: boolean }[]
  /** Answers that were none of the options. */
  own: string[]
  state: string
}

/** What was left out, and where all of it is, if a file of the share holds it. */
export interface CutView {
  lines: number
  href: string | undefined
}

export interface AttachmentView {
  name: string
  mime: string
  size: string
  /** The stored file, or where on the web it is. */
  href: string | undefined
  elsewhere: boolean
  isImage: boolean
}
