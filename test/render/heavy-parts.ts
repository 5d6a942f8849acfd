/** Message parts with the largest possible markup, for each kind of part. */

const many = (times: number, make: (i: number) => string, separator = "\n") =>
  Array.from({ length: times }, (_, i) => make(i)).join(separator)

/** Texts with many elements, or with more bytes than characters. `n` is up to 1,000. */
export const heavyTexts: Record<string, (n: number) => string> = {
  emphasis: (n) => many(n, () => "*a* *a* **b** `c` ~~d~~ _e_", " "),
  "emphasis by the line": (n) => many(3 * n, () => "*a* _b_ `c` **d**"),
  table: (n) => `|${"a|".repeat(100)}\n|${"-|".repeat(100)}\n${many(n, () => "|*b*".repeat(100))}`,
  "wide table of nothing": (n) => `|${"a|".repeat(5 * n)}\n|${"-|".repeat(5 * n)}\n${many(500, () => "x")}`,
  "table in a quote": (n) => `> |${"a|".repeat(n)}\n> |${"-|".repeat(n)}\n${many(500, () => "> x")}`,
  links: (n) => many(5 * n, (i) => `[a](https://a.example/${i})`, " "),
  "bare links": (n) => many(5 * n, (i) => `https://a.example/${i} a${i}@b.example www.c.example`, " "),
  "links by reference": (n) => `[a]: https://a.example/${"x".repeat(3_000)}\n\n${many(5 * n, () => "[a]", " ")}`,
  "links far away": (n) => `[a]: https://a.example/${"漢".repeat(300)}\n\n${many(5 * n, () => "[a][a]", " ")}`,
  lists: (n) => many(2 * n, (i) => `${"  ".repeat(i % 12)}- a`),
  "lists in one line": (n) => many(n, () => "- * + 1. a"),
  "lists of all kinds": (n) => many(2 * n, (i) => `${"-*+"[i % 3]} a`),
  boxes: (n) => many(2 * n, () => "- [ ] a\n\n"),
  quotes: (n) => many(n, (i) => `${">".repeat(1 + (i % 20))} a\n`),
  fences: (n) => many(n, () => "```js\na\n```\n"),
  "indented code": (n) => many(n, () => "    a=1\n\nb\n"),
  "a fence that is none": (n) => `<div>\n\`\`\`\n\n${many(n, () => "- *a*|`b`")}`,
  headings: (n) => many(2 * n, () => "# a\n***"),
  code: (n) => `\`\`\`js\n${many(n, () => "let a=1,b=2,c=[3,4]")}\n\`\`\``,
  markup: (n) => "<&\"'>".repeat(60 * n),
  "wide characters": (n) => "漢字".repeat(50 * n),
  unseen: (n) => "a\u200b\u202e\u2066".repeat(20 * n),
  controls: (n) => "\u0000\u0001\u007f".repeat(30 * n),
  colours: (n) => many(8 * n, (i) => `\u001b[1;3;4;${31 + (i % 6)};4${i % 8}m${i % 10}`, ""),
  "steps back": (n) => `\u001b[31m${"a".repeat(3 * n)}\u001b[32m${"\b\b\b\bx".repeat(3 * n)}`,
  "colours by the line": (n) => `\u001b[31m${many(3 * n, () => "a\u001b[K")}`,
  lines: (n) => "\n".repeat(20 * n),
  "short lines": (n) => many(20 * n, () => "a"),
}

const change = (n: number, text: string) => {
  const rows = text.split("\n").slice(0, 4 * n)
  const pairs = rows.map((row, i) => `-const a${i} = "${row}"\n+const b${i} = "${row}"`)
  return `--- a\n+++ a\n@@ -1,${rows.length} +1,${rows.length} @@\n${pairs.join("\n")}`
}

const done = (tool: string, state: object) => ({
  type: "tool",
  tool,
  state: { status: "completed", input: {}, ...state },
})

/** Parts of an assistant message with a text. */
export const heavyParts: Record<string, (n: number, text: string) => object> = {
  text: (_, text) => ({ type: "text", text }),
  reasoning: (_, text) => ({ type: "reasoning", text }),
  bash: (_, text) => done("bash", { input: { command: text, description: text }, output: text, metadata: { exit: 1 } }),
  read: (_, text) =>
    done("read", { input: { filePath: "/a.ts" }, metadata: { display: { type: "file", text, path: "/a.ts" } } }),
  write: (n, text) =>
    done("write", {
      input: { filePath: `/${text.slice(0, 500)}/a.ts`, content: text },
      metadata: {
        diagnostics: {
          [text.slice(0, 400)]: many(n, () => text.slice(0, 600))
            .split("\n")
            .map((message) => ({ message, severity: 1 })),
        },
      },
    }),
  edit: (n, text) =>
    done("edit", { input: { filePath: "/a.ts", oldString: "a", newString: "b" }, metadata: { diff: change(n, text) } }),
  "edit without a patch": (_, text) =>
    done("edit", { input: { filePath: "/a.ts", oldString: text, newString: `b${text}` } }),
  multiedit: (n, text) =>
    done("multiedit", {
      input: {
        filePath: "/a.ts",
        edits: Array.from({ length: Math.ceil(n / 20) }, (_, i) => ({
          oldString: `${text}${i}`,
          newString: `${i}${text}`,
        })),
      },
    }),
  apply_patch: (n, text) =>
    done("apply_patch", {
      input: { patchText: "" },
      metadata: {
        files: Array.from({ length: n }, (_, i) => ({
          relativePath: `${text.slice(0, 400)}${i}.ts`,
          filePath: `${text.slice(0, 400)}${i}.ts`,
          type: "update",
          patch: change(i % 50, text),
          additions: 1,
          deletions: 1,
        })),
      },
    }),
  grep: (_, text) => done("grep", { input: { pattern: text, path: text, include: text }, output: text }),
  todowrite: (n, text) =>
    done("todowrite", {
      input: { todos: Array.from({ length: n }, (_, i) => ({ content: `${i}${text}`, status: text })) },
    }),
  question: (n, text) =>
    done("question", {
      input: {
        questions: Array.from({ length: 3 }, () => ({
          question: text,
          options: Array.from({ length: n }, (_, i) => ({ label: `${i}${text}`, description: text })),
        })),
      },
      metadata: { answers: Array.from({ length: 3 }, () => Array.from({ length: n }, (_, i) => `own ${i}${text}`)) },
    }),
  task: (_, text) => done("task", { input: { description: text, prompt: text, subagent_type: text }, output: text }),
  webfetch: (_, text) =>
    done("webfetch", { input: { url: `https://a.example/?${text.slice(0, 1_500)}` }, output: text }),
  websearch: (_, text) => done("websearch", { input: { query: text }, output: text }),
  skill: (_, text) => done("skill", { input: { name: text }, output: text }),
  unknown: (n, text) =>
    done(`tool_${text}`, {
      input: Object.fromEntries(Array.from({ length: n }, (_, i) => [`${i}${text}`.slice(0, 300), text])),
      output: text,
    }),
  "with files": (n, text) =>
    done("shot", {
      output: text,
      attachments: Array.from({ length: n }, (_, i) => ({
        type: "file",
        mime: "image/png",
        filename: `${i}${text}`,
        url:
          i % 2
            ? `https://a.example/?${text.replace(/\s/g, "").slice(0, 1_000)}`
            : `data:image/png;base64,${btoa(String(i))}`,
      })),
    }),
  failed: (n, text) => ({
    type: "tool",
    tool: "edit",
    state: { status: "error", error: text, input: { filePath: text, oldString: text, newString: `${n}` } },
  }),
  file: (_, text) => ({ type: "file", mime: "image/png", filename: text, url: "data:image/png;base64,AAAA" }),
  retry: (_, text) => ({ type: "retry", attempt: 1, error: { name: "APIError", data: { message: text } } }),
  "of another kind": (_, text) => ({ type: text.slice(0, 40) || "other", text }),
}

/** Parts of a user message. */
export const heavyUserParts: Record<string, (n: number, text: string) => object> = {
  text: (_, text) => ({ type: "text", text }),
  synthetic: (_, text) => ({ type: "text", text, synthetic: true }),
  file: (_, text) => ({
    type: "file",
    mime: "text/plain",
    filename: text,
    url: `https://a.example/?${text.replace(/\s/g, "").slice(0, 900)}`,
    source: { text: { value: text.slice(0, 2) } },
  }),
  subtask: (_, text) => ({ type: "subtask", prompt: text, description: text, agent: text }),
  compaction: () => ({ type: "compaction", auto: true }),
}
