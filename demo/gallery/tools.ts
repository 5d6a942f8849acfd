import { answer, ask, at, call, type Draft, failed } from "./drafts.ts"
import { picture } from "./picture.ts"

const todos = [
  { content: "Read the summer time of a station", status: "completed", priority: "high" },
  { content: "Take the mean of two high waters", status: "in_progress", priority: "high" },
  {
    content: "Write down where the levels come from, and why a level that is older than three days is not used",
    status: "pending",
    priority: "medium",
  },
  { content: "Draw the levels as ASCII art", status: "cancelled", priority: "low" },
  { content: "Ask the harbour office", status: "blocked", priority: "low" },
]

/** Ids of the subagents' sessions, used by their calls. */
export const children = { sources: "ses_gallerychild1", running: "ses_gallerychild2", below: "ses_gallerychild3" }

const task = (description: string, prompt: string, subagent_type: string, sessionId: string, result: string) =>
  call(
    "task",
    { description, prompt, subagent_type },
    {
      output: `<task id="${sessionId}" state="completed">\n<task_result>\n${result}\n</task_result>\n</task>`,
      metadata: {
        parentSessionId: "ses_gallery",
        sessionId,
        model: { modelID: "example-small", providerID: "example" },
      },
      seconds: 95,
    },
  )

const option = (label: string, description: string) => ({ label, description })
const unit = {
  question: "Which unit should levels have?",
  header: "Unit",
  options: [
    option("Metre", "As the stations give them"),
    option("Centimetre", "Whole numbers, as on the old tables"),
    option("Foot", ""),
  ],
}
const zero = {
  question: "What is zero?",
  header: "Zero",
  options: [option("The chart's", "Lowest tide there can be"), option("The land's", "")],
}
const places = {
  question: "Which stations are to be read at the start?",
  header: "Stations",
  multiple: true,
  options: [
    option("Husum", "North Sea"),
    option("Büsum", "North Sea"),
    option("Travemünde", "Baltic: hardly any tide"),
  ],
}

/** Tools that neither run commands nor touch files. */
export const tools: Draft[] = [
  ask(["Plan the rest, let somebody else find out where the levels come from, and ask me if anything is open."]),
  answer(
    [
      call("todowrite", { todos }, { output: JSON.stringify(todos, null, 2), metadata: { todos } }),
      task(
        "Find the sources of levels",
        "Where do the levels of the three stations come from? Look at `src/` and `docs/`, and report:\n\n1. the address,\n2. how old a level may be.\n\nChange nothing.",
        "explore",
        children.sources,
        "All levels come from **gauges.example**, by `GET /api/v1/stations/<name>/levels`.\n\n- A level is at most *six minutes* old.\n- Nothing says how long they are kept.",
      ),
      failed(
        "task",
        { description: "Ask the harbour office", prompt: "Ask them about zero.", subagent_type: "harbour" },
        "Unknown agent type: harbour is not a valid agent type",
      ),
    ],
    { finish: "tool-calls" },
  ),
  answer(
    [
      call(
        "webfetch",
        { url: "https://gauges.example/api/v1/docs?section=levels&lang=en", format: "markdown" },
        {
          output:
            "# Levels\n\n`GET /api/v1/stations/<name>/levels`\n\n| parameter | meaning |\n|---|---|\n| `from` | first moment, UTC |\n| `unit` | `metre` or `centimetre` |\n\nSee [limits](/limits).",
          seconds: 1.8,
        },
      ),
      failed(
        "webfetch",
        { url: "https://harbour.example/zero", format: "text" },
        "Request failed with status code: 503",
      ),
      call(
        "websearch",
        { query: "chart datum lowest astronomical tide difference" },
        {
          output:
            "Title: Chart datum\nURL: https://sea.example/datum\nThe level from which depths on a chart are counted.\n\nTitle: Tides for sailors\nURL: https://sail.example/tides\nWhat the tables leave out.",
          seconds: 2.4,
        },
      ),
      call(
        "skill",
        { name: "release" },
        {
          output:
            '<skill_content name="release">\n# Release\n\n1. Run the tests.\n2. Raise the version in `package.json`.\n</skill_content>',
        },
      ),
      failed("skill", { name: "sailing" }, 'Skill "sailing" not found. Available skills: release'),
    ],
    { finish: "tool-calls" },
  ),
  answer(
    [
      call(
        "question",
        { questions: [unit] },
        { output: "User has answered", metadata: { answers: [["Centimetre"]] }, seconds: 33 },
      ),
      call(
        "question",
        { questions: [zero, places] },
        {
          output: "User has answered",
          metadata: { answers: [["Ask me again once the harbour office has answered"], ["Husum", "Büsum"]] },
          seconds: 61,
        },
      ),
      failed("question", { questions: [zero] }, "The user dismissed this question", 12),
    ],
    { finish: "tool-calls" },
  ),
  answer(
    [
      call(
        "gauges_list_levels",
        {
          station: "husum",
          range: { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z" },
          fields: ["at", "metres"],
          page: { size: 2, after: null },
          raw: false,
        },
        {
          output: JSON.stringify(
            {
              levels: [
                { at: "2026-11-01T00:00:00Z", metres: 3.12 },
                { at: "2026-11-01T00:06:00Z", metres: 3.09 },
              ],
              next: "c2",
            },
            null,
            2,
          ),
          seconds: 0.7,
        },
      ),
      call(
        "browser_screenshot",
        { selector: "main" },
        {
          output: "Took a screenshot.",
          attachments: [{ type: "file", mime: "image/png", filename: "levels.png", url: picture(360, 140) }],
        },
      ),
      failed("gauges_delete_station", { station: "husum", force: true }, "401 Unauthorized"),
      call("barometer", "not an object", { output: "1013 hPa" }),
      call(
        "invalid",
        {
          tool: "multiedit",
          error: "Model tried to call unavailable tool 'multiedit'. Available tools: bash, edit, read.",
        },
        { output: "The arguments provided to the tool are invalid" },
      ),
      call("bash", { cmd: "ls" }, { output: "README.md\n" }),
      failed(
        "edit",
        { filePath: at("package.json"), oldString: "1.0.0", newString: "2.0.0" },
        'The user has specified a rule which prevents you from using this specific tool call. Here are some of the relevant rules [{"permission":"edit","pattern":"package.json","action":"deny"}]',
      ),
    ],
    { finish: "tool-calls" },
  ),
  answer(["Centimetres it is. Zero stays open until the harbour office has answered."]),
]
