/** Size of markup: UTF-8 bytes of HTML, and elements. */
export interface PageSize {
  bytes: number
  elements: number
}

export const zeroSize = (): PageSize => ({ bytes: 0, elements: 0 })

export const addSizes = (a: PageSize, b: PageSize): PageSize => ({
  bytes: a.bytes + b.bytes,
  elements: a.elements + b.elements,
})

/** Whether a size is within a limit in both respects. */
export const fitsInto = (size: PageSize, limit: PageSize): boolean =>
  size.bytes <= limit.bytes && size.elements <= limit.elements

/** Measures rendered markup. */
export function measureMarkup(markup: string): PageSize {
  let elements = 0
  for (let at = markup.indexOf("<"); at >= 0; at = markup.indexOf("<", at + 1)) {
    const next = markup.charCodeAt(at + 1)
    if (next >= 97 && next <= 122) elements++
  }
  return { bytes: Buffer.byteLength(markup), elements }
}
