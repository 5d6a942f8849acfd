import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import ts from "typescript"
import { describe, expect, test } from "vitest"
import { parseAllDocuments } from "yaml"
import { serverSettingsSchema } from "../../src/share-server/settings.ts"
import { temporaryFolder } from "../support/world.ts"

const root = path.dirname(path.dirname(import.meta.dirname))
const base = path.join(root, "deploy", "kubernetes")

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  data?: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: checked against the types of Kubernetes
  spec?: any
}

/** What `kubectl apply -k` would send. */
function render(folder: string): Resource[] {
  const rendered = execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8" })
  return parseAllDocuments(rendered).map((document) => document.toJS())
}

/** Errors of the compiler, which refuses unknown fields as well, for resources as literals of the types of Kubernetes. */
function typeErrors(resources: readonly Resource[]): string[] {
  const models = path.join(root, "node_modules", "kubernetes-models")
  const literals = resources.map(({ apiVersion, kind, ...rest }, at) => {
    const from = JSON.stringify(path.join(models, apiVersion, `${kind}.js`))
    return `import type { I${kind} as T${at} } from ${from}\nexport const r${at}: T${at} = ${JSON.stringify({ apiVersion, kind, ...rest })}\n`
  })
  const file = path.join(temporaryFolder(), "resources.ts")
  writeFileSync(file, literals.join(""))
  const options = { noEmit: true, strict: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext, types: [] }
  const program = ts.createProgram([file], options)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))
}

describe("the base for Kubernetes", () => {
  const resources = render(base)
  const of = (kind: string) => resources.find((each) => each.kind === kind)!

  test("contains every file of its folder, and only fields of Kubernetes", () => {
    const files = readdirSync(base).filter((name) => name !== "kustomization.yaml")
    // One of them is generated.
    expect(resources.length).toBe(files.length + 1)
    expect(typeErrors(resources)).toEqual([])
    const misspelt = structuredClone(resources)
    misspelt.find(({ kind }) => kind === "Deployment")!.spec.template.spec.containers[0].readynessProbe = {}
    expect(typeErrors(misspelt).join("\n")).toContain("readynessProbe")
  })

  test("sets existing settings, and its own ports", () => {
    const { data = {} } = of("ConfigMap")
    const names = new Set(
      Object.keys(serverSettingsSchema.shape).map(
        (name) => `OPENCODE_BUCKET_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`,
      ),
    )
    expect(Object.keys(data).filter((name) => !names.has(name))).toEqual([])
    const [container] = of("Deployment").spec.template.spec.containers
    const ports = container.ports.map(({ containerPort }: { containerPort: number }) => containerPort)
    expect([data["OPENCODE_BUCKET_LISTEN"], data["OPENCODE_BUCKET_METRICS_LISTEN"]]).toEqual(
      ports.map((port: number) => `0.0.0.0:${port}`),
    )
    const mount = container.volumeMounts.find(({ name }: { name: string }) => name === "secrets")
    for (const name of ["COOKIE_KEYS_FILE", "CLIENT_SECRET_FILE"])
      expect(path.dirname(data[`OPENCODE_BUCKET_${name}`]!)).toBe(mount.mountPath)
  })

  test("selects the same pods everywhere, runs as an ordinary user, and allows time to finish", () => {
    const { template, selector } = of("Deployment").spec
    const { labels } = template.metadata
    expect(selector.matchLabels).toEqual(labels)
    expect(of("Service").spec.selector).toEqual(labels)
    expect(of("PodDisruptionBudget").spec.selector.matchLabels).toEqual(labels)
    expect(of("HorizontalPodAutoscaler").spec.scaleTargetRef.name).toBe(of("Deployment").metadata.name)
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(template.spec.containers[0].securityContext).toMatchObject({ readOnlyRootFilesystem: true })
    const seconds = Number(of("ConfigMap").data!["OPENCODE_BUCKET_SHUTDOWN_SECONDS"])
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds + 5)
  })

  test("accepts an overlay's image, namespace and settings", () => {
    const overlay = path.join(temporaryFolder(), "overlay")
    mkdirSync(overlay)
    const settings = { namespace: "shares", resources: [path.relative(overlay, base)] }
    const images = [{ name: "opencode-bucket", newName: "registry.corp.example/opencode-bucket", newTag: "1.0" }]
    const literals = ["OPENCODE_BUCKET_PUBLIC_URL=https://shares.corp.example"]
    const configMapGenerator = [{ name: "opencode-bucket", behavior: "merge", literals }]
    writeFileSync(path.join(overlay, "kustomization.yaml"), JSON.stringify({ ...settings, images, configMapGenerator }))
    const made = render(overlay)
    expect(made.map(({ metadata }) => metadata.namespace)).toEqual(made.map(() => "shares"))
    const { spec } = made.find(({ kind }) => kind === "Deployment")!.spec.template
    const config = made.find(({ kind }) => kind === "ConfigMap")!
    expect(spec.containers[0]).toMatchObject({
      image: "registry.corp.example/opencode-bucket:1.0",
      envFrom: [{ configMapRef: { name: config.metadata.name } }],
    })
    expect(config.data).toMatchObject({
      OPENCODE_BUCKET_PUBLIC_URL: "https://shares.corp.example",
      OPENCODE_BUCKET_LISTEN: "0.0.0.0:8080",
    })
  })
})
