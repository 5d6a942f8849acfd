import { dated, type Exported } from "./dated.ts"
import { answer, ask, at, call, type Draft, directory } from "./drafts.ts"
import { children } from "./tools.ts"

const session = (
  id: string,
  parentID: string,
  title: string,
  start: number,
  drafts: Draft[],
  below: Exported[] = [],
): Exported => ({
  info: {
    id,
    parentID,
    title,
    directory,
    agent: "explore",
    version: "1.18.33",
    time: { created: start, updated: start + 95_000 },
  },
  messages: dated(drafts, id, start),
  children: below,
})

const explorer = { agent: "explore", model: "example-small" }

/** Subagents' sessions of the gallery; the first has a subagent of its own. */
export const subagents = (start: number) => [
  session(
    children.sources,
    "ses_gallery",
    "Find the sources of levels (@explore subagent)",
    start,
    [
      ask(
        [
          "Where do the levels of the three stations come from? Look at `src/` and `docs/`, and report the address, and how old a level may be.",
        ],
        { ...explorer, after: 0 },
      ),
      answer(
        [
          call(
            "grep",
            { pattern: "https?://" },
            {
              output: `Found 1 matches\n${at("src/fetch.ts")}:\n  Line 3: const base = "https://gauges.example/api/v1"\n`,
              metadata: { matches: 1 },
            },
          ),
          call(
            "task",
            { description: "Read the limits", prompt: "How old may a level be?", subagent_type: "explore" },
            {
              output: `<task id="${children.below}" state="completed">\n<task_result>\nSix minutes.\n</task_result>\n</task>`,
              metadata: { sessionId: children.below },
              seconds: 20,
            },
          ),
        ],
        { ...explorer, finish: "tool-calls" },
      ),
      answer(["All levels come from **gauges.example**, and are at most *six minutes* old."], explorer),
    ],
    [
      session(children.below, children.sources, "Read the limits (@explore subagent)", start + 30_000, [
        ask(["How old may a level be?"], { ...explorer, after: 0 }),
        answer(["Six minutes."], explorer),
      ]),
    ],
  ),
  session(children.running, "ses_gallery", "Compare the tables (@general subagent)", start + 600_000, [
    ask(["Compare our high waters with the printed tables of the last year."], { agent: "general", after: 0 }),
    answer(
      [{ type: "tool", tool: "bash", state: { status: "running", input: { command: "tides compare --year 2025" } } }],
      { agent: "general", finish: undefined },
    ),
  ]),
]
