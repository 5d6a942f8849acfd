import { createTwoFilesPatch } from "diff"
import { sentence } from "./prose.ts"
import type { Random } from "./random.ts"
import type { SourceText } from "./source-text.ts"
import { terminalOutput } from "./terminal-output.ts"

/** A tool call in the format of a part's `state`, without its time. */
export interface GeneratedCall {
  tool: string
  state: {
    status: "completed" | "error"
    input: object
    output?: string
    error?: string
    title?: string
    metadata?: object
  }
}

export const directory = "/home/dev/app"

type Make = (random: Random, source: SourceText) => GeneratedCall["state"]

const done = (title: string, input: object, output: string, metadata: object = {}): GeneratedCall["state"] => ({
  status: "completed",
  input,
  output,
  metadata: { ...metadata, truncated: false },
  title,
})

const failed = (input: object, error: string): GeneratedCall["state"] => ({ status: "error", input, error })

const bash: Make = (random, source) => {
  const { command, output } = terminalOutput(random, source)
  const exit = random.chance(0.12) ? random.pick([1, 2, 127]) : 0
  return done(command, { command, description: sentence(random).slice(0, 40) }, output, { output, exit })
}

const read: Make = (random, source) => {
  const { file, from, lines } = source.excerpt(random, 15, 60)
  const filePath = `${directory}/${file}`
  if (random.chance(0.04)) return failed({ filePath }, `File not found: ${filePath}`)
  const text = lines.join("\n")
  const numbered = lines.map((line, at) => `${from + at}: ${line}`).join("\n")
  const display = { type: "file", path: filePath, text, lineStart: from, lineEnd: from + lines.length - 1 }
  return done(
    file,
    { filePath, ...(from > 1 && { offset: from - 1, limit: lines.length }) },
    `<path>${filePath}</path>\n<type>file</type>\n<content>\n${numbered}\n\n(End of file)\n</content>`,
    { preview: lines.slice(0, 20).join("\n"), loaded: [], display },
  )
}

/** Lines with some of them changed, added and removed, and the patch between the two versions. */
function change(random: Random, source: SourceText) {
  const { file, lines } = source.excerpt(random, 10, 32)
  const filePath = `${directory}/${file}`
  const changed = [...lines]
  const at = () => random.between(0, changed.length - 1)
  changed[at()] = `  ${source.excerpt(random, 1, 1).lines[0]}`
  changed.splice(at(), 0, `// ${sentence(random)}`, ...source.excerpt(random, 1, 4).lines)
  if (random.chance(0.5)) changed.splice(at(), 1)
  const [before, after] = [`${lines.join("\n")}\n`, `${changed.join("\n")}\n`]
  const patch = createTwoFilesPatch(filePath, filePath, before, after)
  const counts = {
    additions: patch.match(/^\+(?!\+\+ )/gm)?.length ?? 0,
    deletions: patch.match(/^-(?!-- )/gm)?.length ?? 0,
  }
  return { file, filePath, lines, changed, patch, counts }
}

const edit: Make = (random, source) => {
  const { file, filePath, lines, changed, patch, counts } = change(random, source)
  const input = { filePath, oldString: lines.join("\n"), newString: changed.join("\n") }
  if (random.chance(0.05)) return failed(input, "Could not find oldString in the file. It must match exactly.")
  const filediff = { file: filePath, patch, ...counts }
  return done(file, input, "Edit applied successfully.", { diagnostics: {}, diff: patch, filediff })
}

const write: Make = (random, source) => {
  const { file, lines } = source.excerpt(random, 20, 70)
  const filePath = `${directory}/${file}`
  const input = { filePath, content: `${lines.join("\n")}\n` }
  return done(file, input, "Wrote file successfully.", {
    diagnostics: {},
    filepath: filePath,
    exists: random.chance(0.3),
  })
}

const applyPatch: Make = (random, source) => {
  const changes = Array.from({ length: random.between(1, 3) }, () => change(random, source))
  const updates = changes.map(({ file, patch }) => `*** Update File: ${file}\n${patch.split("\n").slice(4).join("\n")}`)
  const files = changes.map(({ file, filePath, patch, counts }) => {
    return { filePath, relativePath: file, type: "update", patch, ...counts }
  })
  const success = `Success. Updated the following files:\n${changes.map(({ file }) => `M ${file}`).join("\n")}`
  const input = { patchText: `*** Begin Patch\n${updates.join("")}*** End Patch` }
  return done(success, input, success, { diff: changes.map(({ patch }) => patch).join("\n"), files, diagnostics: {} })
}

const grep: Make = (random, source) => {
  const pattern = random.pick(["TODO|FIXME", "export (const|function)", "throw new", "import .* from", "async "])
  const found = Array.from({ length: random.between(1, 6) }, () => source.excerpt(random, 1, 5))
  const places = found.map(({ file, from, lines }) => {
    return `${directory}/${file}:\n${lines.map((line, at) => `  Line ${from + at}: ${line}`).join("\n")}\n`
  })
  const matches = found.reduce((sum, { lines }) => sum + lines.length, 0)
  return done(pattern, { pattern, path: directory }, `Found ${matches} matches\n${places.join("\n\n")}`, { matches })
}

const glob: Make = (random, source) => {
  const files = Array.from({ length: random.between(2, 20) }, () => `${directory}/${source.file(random)}`)
  return done("", { pattern: random.pick(["**/*.ts", "src/**/*.css", "**/package.json"]) }, files.join("\n"), {
    count: files.length,
  })
}

const todowrite: Make = (random) => {
  const todos = Array.from({ length: random.between(2, 7) }, () => ({
    content: sentence(random).slice(0, 60),
    status: random.pick(["pending", "in_progress", "completed", "completed", "cancelled"]),
    priority: random.pick(["high", "medium", "low"]),
  }))
  return done(`${todos.length} todos`, { todos }, JSON.stringify(todos, null, 2), { todos })
}

const webfetch: Make = (random, source) => {
  const url = `https://example.com/${random.letters(8)}`
  if (random.chance(0.2)) return failed({ url, format: "markdown" }, `Transport error (GET ${url})`)
  return done(`${url} (text/html)`, { url, format: "markdown" }, source.excerpt(random, 20, 60).lines.join("\n"))
}

const task: Make = (random) => {
  const [description, sessionId] = [sentence(random).slice(0, 40), `ses_${random.letters(26)}`]
  const result = `<task id="${sessionId}" state="completed">\n<task_result>\n${sentence(random)}\n</task_result>\n</task>`
  const input = { description, prompt: sentence(random), subagent_type: "general" }
  return done(description, input, result, { sessionId, model: { modelID: "large-1", providerID: "example" } })
}

const question: Make = (random) => {
  const options = ["Keep it", "Replace it", "Remove it"].map((label) => ({ label, description: sentence(random) }))
  const input = { questions: [{ question: sentence(random), header: "Choice", options }] }
  if (random.chance(0.3)) return failed(input, "The user dismissed this question")
  const label = random.pick(options).label
  return done("Asked 1 question", input, `User has answered your questions: "${label}".`, { answers: [[label]] })
}

const invalid: Make = () => {
  const error = "Model tried to call unavailable tool 'multiedit'."
  return done("Invalid Tool", { tool: "multiedit", error }, `The arguments provided to the tool are invalid: ${error}`)
}

const skill: Make = (random) => done("Loaded skill", { name: "release-notes" }, sentence(random))

const issues_search: Make = (random) => {
  const found = Array.from({ length: random.between(1, 8) }, () => {
    return { number: random.between(1, 9999), title: sentence(random), state: random.pick(["open", "closed"]) }
  })
  return done("", { query: sentence(random).slice(0, 20), limit: found.length }, JSON.stringify(found))
}

const tools: Record<string, Make> = {
  bash,
  read,
  edit,
  write,
  apply_patch: applyPatch,
  grep,
  glob,
  todowrite,
  webfetch,
  task,
  question,
  invalid,
  skill,
  issues_search,
}

/** Approximate frequency of tools in real sessions. */
const weights = {
  bash: 30,
  read: 27,
  edit: 17,
  write: 6,
  apply_patch: 3,
  grep: 6,
  glob: 3,
  todowrite: 3,
  webfetch: 1.5,
  task: 1,
  question: 0.5,
  invalid: 0.5,
  skill: 0.5,
  issues_search: 1,
}

export function toolCall(random: Random, source: SourceText): GeneratedCall {
  const tool = random.weighted(weights)
  return { tool, state: tools[tool]!(random, source) }
}
