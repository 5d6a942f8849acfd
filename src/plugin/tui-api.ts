// The parts of OpenCode 1's terminal plugin interface (1.18, 1.19) that this plugin uses.

interface SelectOption {
  title: string
  value: unknown
  description?: string
  footer?: string
  onSelect?: () => void
}

export interface TuiApi {
  app?: { version?: string }
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
  route?: { current?: { name: string; params?: Record<string, unknown> } }
  ui: {
    DialogSelect(props: { title: string; options: SelectOption[] }): unknown
    DialogConfirm(props: { title: string; message: string; onConfirm: () => void; onCancel: () => void }): unknown
    dialog: { replace(render: () => unknown, onClose?: () => void): void; clear(): void }
    toast(toast: { variant: "info" | "success" | "error"; title?: string; message: string; duration?: number }): void
  }
  state: {
    path: { directory: string }
    session: { get(id: string): { share?: { url?: string } } | undefined }
  }
  client: { session: { unshare(session: { sessionID: string }, options: { throwOnError: true }): Promise<unknown> } }
  renderer: { copyToClipboardOSC52(text: string): unknown }
}
