import { formatCount } from "../format.ts"
import { type StoredFile, storedText } from "../html/attachment.ts"
import { addSizes, fitsInto, measureMarkup, type PageSize, zeroSize } from "../html/page-size.ts"
import { html, joinHtml, markupOf, type SafeHtml } from "../html/safe-html.ts"
import { truncate } from "../html/truncate.ts"
import type { ProsePiece } from "../view.ts"

/** Limits of the markup of one text, whatever the text is. */
const MAX_MARKUP: PageSize = { bytes: 120_000, elements: 2_400 }
const MAX_MARKUP_BEFORE_END: PageSize = { bytes: 100_000, elements: 2_000 }
/** A note of what is left out. */
const GAP_SIZE: PageSize = { bytes: 200, elements: 3 }
/** Limits of a block that is shown as source. */
const SOURCE_LIMITS = { lines: 200, bytes: 20_000, head: 0.7 }

/** Gathers the markup of a text, block by block, within limits. */
export class ProseMarkup {
  readonly #text: string
  readonly #pieces: ProsePiece[] = []
  #blocks: SafeHtml[] = []
  #size = zeroSize()
  /** Lines that did not fit, for the next gap. */
  #overflow = 0
  #fullText: StoredFile | undefined

  constructor(text: string) {
    this.#text = text
  }

  /**
   * Adds a block; false if it is too large beside the others, or cannot be rendered. `isEnd`: it may use the room that is
   * kept for the end of the text, where questions and conclusions are.
   */
  add(render: () => SafeHtml, isEnd = false): boolean {
    try {
      const block = render()
      const size = measureMarkup(markupOf(block))
      if (!fitsInto(addSizes(this.#size, size), isEnd ? MAX_MARKUP : MAX_MARKUP_BEFORE_END)) return false
      this.#endOverflow()
      this.#size = addSizes(this.#size, size)
      this.#blocks.push(block)
      return true
    } catch {
      return false
    }
  }

  /** Adds a text as it was written. */
  addSource(text: string, isEnd = false): void {
    const { head, tail, omitted } = truncate(text.replace(/\n+$/, ""), SOURCE_LIMITS)
    this.#addWritten(head, isEnd)
    if (omitted !== "") this.addGap(omitted)
    this.#addWritten(tail, isEnd)
  }

  #addWritten(text: string, isEnd: boolean): void {
    if (text !== "" && !this.add(() => html`<pre class="written">${text}</pre>\n`, isEnd))
      this.#overflow += text.split("\n").length
  }

  addGap(omitted: string): void {
    this.#endOverflow()
    this.#flush()
    this.#fullText ??= storedText(Buffer.from(this.#text.toWellFormed()))
    this.#size = addSizes(this.#size, GAP_SIZE)
    this.#pieces.push({ type: "cut", cut: { omitted, isLines: true, file: this.#fullText } })
  }

  #endOverflow(): void {
    if (this.#overflow === 0) return
    const omitted = formatCount(this.#overflow, "line")
    this.#overflow = 0
    this.addGap(omitted)
  }

  #flush(): void {
    if (this.#blocks.length > 0) this.#pieces.push({ type: "markup", body: joinHtml(this.#blocks) })
    this.#blocks = []
  }

  /** The pieces. `omittedChars`: left out of lines; said at the end if nothing else is left out. */
  finish(omittedChars: number): ProsePiece[] {
    this.#endOverflow()
    this.#flush()
    if (omittedChars > 0 && this.#fullText === undefined) this.addGap(formatCount(omittedChars, "character"))
    return this.#pieces
  }
}
