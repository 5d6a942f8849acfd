import { readFileSync } from "node:fs"

/** A fenced block of a Markdown file, with the comment above it that says how it is tested. */
export interface DocsBlock {
  language: string
  text: string
  /** File and line of the opening fence. */
  at: string
  /** Why the block is not run, from `<!-- not run: … -->`. */
  notRun?: string | undefined
  /** Answers to the questions, one a line, from `<!-- type: … -->`; `⏎` accepts the default, `↓` the next choice. The block runs on a terminal. */
  typed?: string[] | undefined
  /** Expected stdout from `<!-- prints: … -->`; `…` stands for any text. */
  prints?: string | undefined
  /** Expected exit status from `<!-- status: … -->`. */
  status: number
  /** The block runs until its stdout has this text, from `<!-- until: … -->`. */
  until?: string | undefined
}

/** All fenced blocks of a Markdown file. */
export function blocksIn(file: string): DocsBlock[] {
  const source = readFileSync(file, "utf8")
  const fence = /(?<comments>(?:<!--(?:(?!-->)[\s\S])*-->\s*?\n)*)```(?<language>\w*)\n(?<text>[\s\S]*?)^```$/gm
  return [...source.matchAll(fence)].map(({ index, groups = {} }) => {
    const { comments = "", language = "", text = "" } = groups
    const said = (name: string) => new RegExp(`<!-- ${name}:\\s*((?:(?!-->)[^])*?)\\s*-->`).exec(comments)?.[1]
    return {
      language,
      text,
      at: `${file}:${(source.slice(0, index) + comments).split("\n").length}`,
      notRun: said("not run"),
      typed: said("type")?.split("\n"),
      prints: said("prints"),
      status: Number(said("status") ?? 0),
      until: said("until"),
    }
  })
}

/** Whether a text is as expected; `…` stands for any text. */
export function matchesExpected(text: string, expected: string): boolean {
  const literal = expected.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
  return new RegExp(`^${literal.join("[\\s\\S]*?")}$`).test(text.trim())
}

/** Local files that a Markdown file links to, with the heading if there is one. */
export function linksIn(file: string): { name: string; heading: string | undefined }[] {
  const source = readFileSync(file, "utf8").replace(/```[\s\S]*?^```$/gm, "")
  return [...source.matchAll(/(?:\]\(|(?:src|srcset)=")([^)"\s]+)[)"]/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ name: target.replace(/#.*/, ""), heading: target.split("#")[1] }))
}

/** Anchors of a file's headings, as GitHub makes them. */
export const anchorsIn = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  )
