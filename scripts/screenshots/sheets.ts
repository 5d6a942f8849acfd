export interface Sheet {
  width?: number
  dark?: boolean
  /** The page from its top to its end, or to so many pixels. */
  full?: number
  view?: "conversation" | "everything"
  /** Diffs side by side, as a reader may choose. */
  split?: boolean
  print?: boolean
}

const first = /^index\.html$/
const child = /^sub-[0-9a-f]+\.html$/
const FULL = 7000

/** The pictures of whole pages of a session. `page` is the name of its file. */
export const sheets: (Sheet & { page: RegExp; label: string })[] = [
  { page: first, label: "1280-light" },
  { page: first, label: "1280-dark", dark: true },
  { page: first, label: "1280-light-full", full: FULL },
  { page: first, label: "1280-dark-full", dark: true, full: FULL },
  { page: first, label: "360-light", width: 360 },
  { page: first, label: "360-light-full", width: 360, full: FULL },
  { page: first, label: "conversation", view: "conversation", full: FULL },
  { page: first, label: "everything", view: "everything", full: FULL },
  { page: first, label: "print", width: 794, print: true, full: FULL },
  { page: /^2\.html$/, label: "part-2", full: FULL },
  { page: /^3\.html$/, label: "part-3", full: FULL },
  { page: /^2\.html$/, label: "part-2-360", width: 360, full: FULL },
  { page: child, label: "subagent" },
  { page: child, label: "subagent-dark", dark: true },
  { page: /^changes\.html$/, label: "changes", full: FULL },
  { page: /^changes\.html$/, label: "changes-360", width: 360, full: FULL },
  { page: /^changes\.html$/, label: "changes-split", width: 1400, split: true, full: FULL },
]

export interface Detail extends Sheet {
  /** What is shown is the first element that this finds, on whichever page; it is opened if it is folded. */
  selector: string
}

const parts = {
  strip: ".trace",
  diff: ".item:has(.diff .pair)",
  terminal: ".item:has(.terminal [class])",
  error: ".item.note:has(.bad)",
  "failed-step": ".item.step.bad",
  question: ".item.question",
  todos: ".item:has(.todos)",
  task: ".item:has(.card)",
  code: ".item.step:has(figure.code)",
  attachments: ".item:has(.files img)",
  table: ".prose table",
  compaction: ".item.compaction",
  reasoning: ".item.reasoning",
  outline: ".rail",
}

/** The pictures of single things, in both schemes; those that have to do with width also on a narrow or a wide page. */
export const details: (Detail & { label: string })[] = [
  ...Object.entries(parts).flatMap(([label, selector]) => [
    { label: `${label}-light`, selector },
    { label: `${label}-dark`, selector, dark: true },
  ]),
  { label: "side-by-side", selector: parts.diff, width: 1400, split: true },
  ...(["strip", "diff", "terminal", "question"] as const).map((label) => {
    return { label: `${label}-360`, selector: parts[label], width: 360 }
  }),
]
