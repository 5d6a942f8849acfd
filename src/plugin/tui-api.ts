import { terminalText, titleLine } from "../lib/terminal-text.ts"

// The parts of OpenCode's terminal plugin interface (1.18) that this plugin uses.

export interface SelectOption {
  title: string
  value: unknown
  description?: string
  footer?: string
  onSelect?: () => void
}

export interface TuiApi {
  keymap: {
    registerLayer(layer: {
      commands: {
        name: string
        title: string
        desc: string
        category: string
        namespace: string
        slashName: string
        run: () => void
      }[]
    }): unknown
  }
  ui: {
    DialogSelect(props: { title: string; options: SelectOption[] }): unknown
    DialogConfirm(props: { title: string; message: string; onConfirm: () => void; onCancel: () => void }): unknown
    dialog: { replace(render: () => unknown): void; clear(): void }
    toast(toast: { variant: "info" | "success" | "error"; title?: string; message: string; duration?: number }): void
  }
  state: {
    path: { directory: string }
    session: { get(id: string): { share?: { url?: string } } | undefined }
  }
  client: { session: { unshare(session: { sessionID: string }, options: { throwOnError: true }): Promise<unknown> } }
  renderer: { copyToClipboardOSC52(text: string): unknown }
}

/** Wraps OpenCode's terminal UI to escape all texts: titles, stores and links come from a bucket. */
export function escaping(ui: TuiApi["ui"]): TuiApi["ui"] {
  const option = ({ title, description, footer, ...rest }: SelectOption): SelectOption => ({
    ...rest,
    title: titleLine(title),
    ...(description !== undefined && { description: terminalText(description) }),
    ...(footer !== undefined && { footer: terminalText(footer) }),
  })
  return {
    dialog: ui.dialog,
    DialogSelect: ({ title, options }) => ui.DialogSelect({ title: titleLine(title), options: options.map(option) }),
    DialogConfirm: ({ title, message, ...rest }) =>
      ui.DialogConfirm({ ...rest, title: titleLine(title), message: terminalText(message) }),
    toast: ({ title, message, ...rest }) =>
      ui.toast({ ...rest, ...(title !== undefined && { title: titleLine(title) }), message: terminalText(message) }),
  }
}
