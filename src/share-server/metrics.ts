/** Prometheus metrics in the text format, version 0.0.4. */
export interface Metrics {
  /** Adds 1, or `by`, to a counter. Labels must have few values. */
  increment(name: string, labels?: Record<string, string>, by?: number): void
  /** Adds a duration in seconds to a histogram. */
  observe(name: string, seconds: number, labels?: Record<string, string>): void
  text(gauges: Record<string, number>): string
}

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10]
const PREFIX = "opencode_bucket_"

export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, number>>()
  const types = new Map<string, string>()

  function add(name: string, labels: Record<string, string>, by: number): void {
    const series = counters.get(name) ?? new Map<string, number>()
    counters.set(name, series)
    const written = Object.entries(labels)
      .map(([label, value]) => `${label}="${value.replace(/["\\\n]/g, "_")}"`)
      .join(",")
    series.set(written, (series.get(written) ?? 0) + by)
  }

  return {
    increment(name, labels = {}, by = 1) {
      types.set(name, "counter")
      add(name, labels, by)
    },
    observe(name, seconds, labels = {}) {
      types.set(name, "histogram")
      for (const le of BUCKETS) add(`${name}_bucket`, { ...labels, le: String(le) }, seconds <= le ? 1 : 0)
      add(`${name}_bucket`, { ...labels, le: "+Inf" }, 1)
      add(`${name}_sum`, labels, seconds)
      add(`${name}_count`, labels, 1)
    },
    text(gauges) {
      const lines: string[] = []
      const write = (name: string) => {
        for (const [labels, value] of counters.get(name) ?? [])
          lines.push(`${PREFIX}${name}${labels === "" ? "" : `{${labels}}`} ${value}`)
      }
      for (const [name, type] of types) {
        lines.push(`# TYPE ${PREFIX}${name} ${type}`)
        if (type === "counter") write(name)
        else for (const part of ["bucket", "sum", "count"]) write(`${name}_${part}`)
      }
      for (const [name, value] of Object.entries(gauges))
        lines.push(`# TYPE ${PREFIX}${name} gauge`, `${PREFIX}${name} ${value}`)
      return `${lines.join("\n")}\n`
    },
  }
}
