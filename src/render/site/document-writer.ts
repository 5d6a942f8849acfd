import type { Content } from "../../lib/temporary-files.ts"
import type { Message, SessionInfo } from "../../session/model.ts"
import { headingMarkdown, messageMarkdown } from "../session-markdown/message-markdown.ts"
import { stringifyRecord } from "./session-documents.ts"
import type { SpooledText } from "./spooled-text.ts"

/** Documents as written after some of a session's messages. */
export interface DocumentsSoFar {
  record: readonly Content[]
  text: readonly Content[]
}

/** Writes `session.json` and `session.md` while a session is rendered; subagents' sessions follow in place. */
export class DocumentWriter {
  readonly #record: SpooledText
  readonly #text: SpooledText
  #separator = ""
  #start = { record: 0, text: 0 }

  constructor(record: SpooledText, text: SpooledText) {
    this.#record = record
    this.#text = text
  }

  /** Begins a session, with what an earlier run wrote of it. */
  async begin(info: SessionInfo, from: DocumentsSoFar | undefined): Promise<void> {
    await this.#record.push(`{"info":${stringifyRecord(info.raw)},"messages":[`)
    await this.#text.push(headingMarkdown(info))
    this.#start = { record: await this.#record.size(), text: await this.#text.size() }
    for (const piece of from?.record ?? []) await this.#record.append(piece)
    for (const piece of from?.text ?? []) await this.#text.append(piece)
    this.#separator = from?.record.some(({ length }) => length > 0) ? "," : ""
  }

  /** @param prompts number of prompts up to this message */
  async add(message: Message, prompts: number): Promise<void> {
    await this.#record.push(this.#separator, "\n", stringifyRecord(message.raw))
    this.#separator = ","
    await this.#text.push(messageMarkdown(message, prompts))
  }

  /** Text written since `begin`. Valid until the next write. */
  async contentSoFar(): Promise<DocumentsSoFar> {
    return {
      record: await this.#record.between(this.#start.record, await this.#record.size()),
      text: await this.#text.between(this.#start.text, await this.#text.size()),
    }
  }

  async beginChildren(): Promise<void> {
    await this.#record.push(`\n],"children":[`)
  }

  async beginChild(index: number): Promise<void> {
    if (index > 0) await this.#record.push(",")
  }

  async end(): Promise<void> {
    await this.#record.push("]}")
  }
}
