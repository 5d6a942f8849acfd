/** Setting of the browser and the page. */
export interface Setting {
  width?: number
  dark?: boolean
  view?: "conversation" | "everything"
  /** Diffs side by side, a reader's preference. */
  split?: boolean
  print?: boolean
}

export interface Sheet extends Setting {
  label: string
  /** Matches the name of the page's file. */
  page: RegExp
  /** Captures the whole page, or this many pixels from the top; default: the first viewport. */
  full?: number
}

const FULL = 7000
const page = /^index\.html$/
const child = /^sub-[0-9a-f]+\.html$/
const changes = /^changes\.html$/

/** Screenshots of whole pages of a session. */
export const sheets: Sheet[] = [
  { page, label: "1280-light" },
  { page, label: "1280-dark", dark: true },
  { page, label: "1280-light-full", full: FULL },
  { page, label: "1280-dark-full", dark: true, full: FULL },
  { page, label: "360-light", width: 360 },
  { page, label: "360-light-full", width: 360, full: FULL },
  { page, label: "conversation", view: "conversation", full: FULL },
  { page, label: "everything", view: "everything", full: FULL },
  { page, label: "print", width: 794, print: true, full: FULL },
  { page: /^2\.html$/, label: "part-2", full: FULL },
  { page: /^2\.html$/, label: "part-2-360", width: 360, full: FULL },
  { page: /^3\.html$/, label: "part-3", full: FULL },
  { page: child, label: "subagent" },
  { page: changes, label: "changes", full: FULL },
  { page: changes, label: "changes-360", width: 360, full: FULL },
  { page: changes, label: "changes-split", width: 1400, split: true, full: FULL },
]

const parts = {
  strip: ".trace",
  diff: ".item:has(.diff .pair)",
  terminal: ".item:has(.terminal span[class])",
  error: ".item.note:has(.bad)",
  "failed-step": ".item.step.bad",
  question: ".item.question",
  todos: ".item:has(.todos)",
  task: ".item:has(.card)",
  code: ".item.step:has(figure.code)",
  attachments: ".item:has(.files img)",
  table: ".item:has(.prose table)",
  compaction: ".item.compaction",
  reasoning: ".item.reasoning",
  outline: ".rail",
}
const { strip, diff, terminal, question } = parts

/** Screenshots of details by setting: a name and a selector, whose first match on any page is captured unfolded. */
export const details: { setting: Setting; label: string; parts: Record<string, string> }[] = [
  { setting: {}, label: "light", parts },
  { setting: { dark: true }, label: "dark", parts },
  { setting: { width: 360 }, label: "360", parts: { strip, diff, terminal, question } },
  { setting: { width: 1400, split: true }, label: "split", parts: { diff } },
]
