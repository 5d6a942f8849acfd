import { fields, optionalText } from "../../session/read-json.ts"
import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

export const skill: Tool<{ name: string }> = {
  names: ["skill"],
  category: "other",
  read({ input }) {
    const { name, id } = fields(input)
    const given = optionalText(id) ?? name
    return typeof given === "string" ? { name: given } : undefined
  },
  mark: unmarked,
  failure: failsAsCall,
  row: ({ name }) => ({ verb: "Skill", object: name, node: "looked" }),
  blocks: (_, part) => outputBlock(outputOf(part)),
  changes: changesNothing,
  published: ({ name }) => ({ input: { name }, metadata: {} }),
}
