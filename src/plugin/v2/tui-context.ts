// The parts of OpenCode 2's terminal plugin interface (2.0 to 2.3) that this plugin uses. All may be missing in a
// version that was not tried.

export interface TuiContextV2 {
  location?: { directory?: string }
  renderer?: { copyToClipboardOSC52?(text: string): unknown }
  client?: {
    session?: { get?(input: { sessionID: string }): Promise<unknown> }
    message?: { list?(input: MessageQuery): Promise<unknown> }
  }
  data?: { on?(type: string, handler: (event: unknown) => void): () => void }
  keymap?: { layer?(layer: () => KeymapLayerV2): void }
  ui?: {
    dialog?: {
      confirm?(question: {
        title: string
        message: string
        label?: { confirm?: string; cancel?: string }
      }): Promise<boolean | undefined>
      select?<Value>(list: { title: string; options: readonly DialogOptionV2<Value>[] }): Promise<Value | undefined>
      clear?(): void
    }
    toast?: {
      show?(toast: { title?: string; message: string; variant?: "info" | "success" | "error"; duration?: number }): void
    }
    router?: { current?(): { type: string; sessionID?: string } }
    slot?(claim: { append: "app"; render: () => null }): unknown
  }
}

export interface DialogOptionV2<Value> {
  title: string
  value: Value
  description?: string
  footer?: string
}

export type MessageQuery = { sessionID: string; limit: number } & ({ order: "asc" } | { cursor: string })

interface KeymapLayerV2 {
  mode: "global"
  priority: number
  commands: {
    id: string
    title: string
    description: string
    group: string
    bind: false
    palette: true
    slash: { name: string }
    run: () => void
  }[]
}
