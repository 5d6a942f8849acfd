import { crc32, deflateSync } from "node:zlib"

/** A PNG as a data URL: two tides, the higher one filled. Size in pixels. */
export function picture(width: number, height: number): string {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const angle = (x / width) * Math.PI * 5
      const level = height * (0.55 - 0.3 * Math.sin(angle))
      const other = height * (0.55 - 0.2 * Math.sin(angle + 0.8))
      const color = Math.abs(y - other) < 1.5 ? [214, 120, 60] : y > level ? [74, 125, 168] : [238, 241, 236]
      rows.set(color, y * (1 + width * 3) + 1 + x * 3)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const chunks = [chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks])
  return `data:image/png;base64,${png.toString("base64")}`
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), content])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
