import { added, answer, ask, at, call, type Draft, directory, think } from "./drafts.ts"
import { picture } from "./picture.ts"

const file = (mime: string, filename: string, url: string, more: object = {}) => ({
  type: "file",
  mime,
  filename,
  url,
  ...more,
})
const content = (mime: string, text: string) => `data:${mime};base64,${Buffer.from(text).toString("base64")}`
const mention = (value: string) => ({
  source: { type: "file", path: value.slice(1), text: { value, start: 0, end: value.length } },
})

const attachments = [
  file("image/png", "two-tides.png", picture(640, 240)),
  file("application/pdf", "tide-table-2026.pdf", content("application/pdf", "%PDF-1.4\n")),
  file("text/csv", "levels.csv", content("text/csv", "at;metres\n2026-11-01T00:00Z;3.12\n")),
  file("image/png", "photo of the gauge.png", "https://pictures.example/gauges/husum/2026-11-01.png"),
  file("text/plain", `${"a-name-that-does-not-end-".repeat(7)}.txt`, content("text/plain", "It ended.\n")),
  file("application/x-tide", "husum.tide", content("application/x-tide", "tide")),
]

/** Messages apart from tools: attachments, mentions, reasoning, several models and agents, summaries. */
export const messages: Draft[] = [
  ask(["Here is what I have: a curve, last year's table, the raw levels and a photo.", ...attachments]),
  answer([
    think("A curve, a table and raw levels. The curve says most."),
    think(
      "**Reading the curve**\n\nTwo lines: the filled one has the greater range, so it is the spring tide. The other is ahead of it by about 0.8, a quarter of the hour.\n\n**What the table adds**\n\n- the same high waters, to the minute\n- `LAT` as zero, which the curve leaves open\n\nIf the two disagree, the table wins: it is printed, and sailors have it in their hands. So the curve only has to look right; the numbers have to *be* right. I should say so, before anybody builds on the picture.",
      38,
    ),
    "The filled curve is the spring tide. Numbers should come from the table, not from the picture.",
  ]),
  ask([
    "Compare @src/level.ts with what @explore finds, then look at @docs/",
    added(`Called the Read tool with the following input: {"filePath":"${at("src/level.ts")}"}`),
    added(
      `<path>${at("src/level.ts")}</path>\n<type>file</type>\n<content>\n1: /** The level of the sea at a station, in metres above its zero. */\n\n(Showing lines 1-1 of 17.)\n</content>`,
    ),
    file("text/plain", "level.ts", `file://${at("src/level.ts")}?start=1&end=1`, mention("@src/level.ts")),
    file("application/x-directory", "docs", `file://${directory}/docs`, mention("@docs/")),
    { type: "agent", name: "explore", source: { value: "@explore", start: 33, end: 41 } },
    added("Use the above message and context to generate a prompt and call the task tool with subagent: explore"),
  ]),
  answer([{ type: "step-start", snapshot: "65c2bc13" }, "They agree.", { type: "step-finish", reason: "stop" }]),
  ask([
    {
      type: "subtask",
      agent: "review",
      description: "Review the change",
      prompt: "Review what is not committed yet.\nBe brief.",
    },
  ]),
  answer(["Looks right to me, but for the name `next`."], { agent: "review", model: "example-small" }),
  ask(["Plan it first; do not change anything yet."], { agent: "plan", model: "example-reasoning", after: 3 * 3600 }),
  answer([think("A plan, no changes.", 1), "1. Rename `next` to `nextHighWater`.\n2. Tell those who use it."], {
    agent: "plan",
    mode: "plan",
    model: "example-reasoning",
  }),
  ask([added("The following tool was executed by the user")]),
  answer([
    call(
      "bash",
      { command: "git stash list" },
      { output: "stash@{0}: WIP on main: levels\n", metadata: { output: "stash@{0}: WIP on main: levels\n" } },
    ),
  ]),
  ask([{ type: "text", text: "This is ignored.", ignored: true }, "Go on, please."], { after: 26 * 3600 }),
  answer([
    "Renamed.",
    { type: "patch", hash: "65c2bc13", files: [at("src/level.ts")] },
    { type: "snapshot", snapshot: "65c2bc13" },
  ]),
  ask([{ type: "compaction", auto: true }]),
  answer(
    [
      "## Goal\n\nRight tide tables, in summer as well.\n\n## Done\n\n- the offset is that of the day\n- `next` is the mean of two high waters\n\n## Next\n\nAsk the harbour office what zero is.",
    ],
    { agent: "compaction", mode: "compaction", summary: true },
  ),
  ask([{ type: "compaction", auto: false }]),
  answer(["Summer time is right; zero is open."], { agent: "compaction", mode: "compaction", summary: true }),
  ask([added("Continue if you have next steps")]),
  answer(["I am waiting for the harbour office."]),
]
