// Records demo/session.json: the real client works on a small real project with a scripted model. Run by hand, as root
// in a container: the home folder belongs to no real person, because its path is in the session.
import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { invoicePicture, makeInvoiceProject } from "./demo-project.ts"
import { answer, prompts, replies, title } from "./demo-script.ts"
import { opencodeClient } from "./opencode-client.ts"
import { request } from "./opencode-record.ts"
import { type Reply, startStubModel } from "./stub-model.ts"

const home = "/home/dana"
const folder = join(home, "src", "invoice")

/** Gives replies realistic durations and token counts, which grow with each step. */
function paced(script: Reply[]): Reply[] {
  let prompt = 9_300
  return script.map((reply) => {
    const thought = reply.reasoning?.length ?? 0
    const said = (reply.text?.length ?? 0) + JSON.stringify(reply.tools ?? []).length
    const completion = Math.round((thought + said) / 3.6)
    const cached = prompt
    prompt += completion + 240
    return { ...reply, think: thought * 20, wait: 1_200 + said * 6, usage: { prompt, cached, completion } }
  })
}

/** Answers the session's question as soon as it is asked. */
async function answerQuestion(url: string): Promise<void> {
  for (;;) {
    const [asked] = (await request(url, "GET", "/question")) as { id: string }[]
    await sleep(2_500)
    if (asked) return void (await request(url, "POST", `/question/${asked.id}/reply`, { answers: [[answer]] }))
  }
}

await mkdir(home)
const model = await startStubModel()
try {
  await makeInvoiceProject(folder)
  model.queue(...paced(replies(folder)))
  const client = await opencodeClient(home, model.url, "example/example-large")
  // Coloured test output, as in a terminal.
  const server = await client.serve(folder, { FORCE_COLOR: "1" })
  try {
    const session = (await request(server.url, "POST", "/session", { title })) as { id: string }
    const prompt = (...parts: object[]) => request(server.url, "POST", `/session/${session.id}/message`, { parts })
    const picture = `data:image/png;base64,${(await invoicePicture()).toString("base64")}`
    await prompt(
      { type: "text", text: prompts.fix },
      { type: "file", mime: "image/png", filename: "invoice-2041.png", url: picture },
    )
    // Time to read the first answer.
    await sleep(30_000)
    const value = "@README.md"
    const start = prompts.document.indexOf(value)
    const source = { type: "file", path: "README.md", text: { value, start, end: start + value.length } }
    const url = `file://${join(folder, "README.md")}`
    await Promise.all([
      prompt(
        { type: "text", text: prompts.document },
        { type: "file", mime: "text/plain", filename: "README.md", url, source },
      ),
      answerQuestion(server.url),
    ])
    const exported = async (id: string) => JSON.parse(await client.run(folder, "export", id))
    const children = (await request(server.url, "GET", `/session/${session.id}/children`)) as { id: string }[]
    const demo = {
      ...(await exported(session.id)),
      children: await Promise.all(children.map(({ id }) => exported(id))),
    }
    const target = fileURLToPath(new URL("../../demo/session.json", import.meta.url))
    await writeFile(target, `${JSON.stringify(demo, null, 2)}\n`)
    console.log(`${demo.messages.length} messages; ${model.left()} answers left over`)
  } finally {
    await server.close()
  }
} finally {
  await model.close()
  await rm(home, { recursive: true, force: true })
}
