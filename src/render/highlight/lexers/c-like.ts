import {
  characterAfter,
  characterBefore,
  createLexer,
  type Lexer,
  type LexerModeRules,
  type LexerRule,
  type TokenRule,
  wordTable,
} from "../lexer.ts"
import type { TokenClass } from "../token-classes.ts"
import { comment } from "./script.ts"

// Languages with braces, which differ in their words more than in their grammar.

interface Brace {
  keywords: string
  types?: string
  constants?: string
  /** Additional rules, tried before the common ones. */
  own?: readonly LexerRule[]
  modes?: Record<string, LexerModeRules>
  /** Whether capitalised words are types. */
  isCapitalType?: boolean
  /** Whether '…' is a character rather than a string. */
  hasCharacters?: boolean
}

const STRING: LexerRule = { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" }
const CHARACTER: LexerRule = { match: "'(?:[^'\\\\]|\\\\.[^']{0,8})'", token: "s" }
const QUOTED: LexerRule = { match: "'(?:[^'\\\\]|\\\\.)*'?", token: "s" }

/** A mode over several lines until an end marker. */
export const until = (end: string, rest: TokenClass = "s"): LexerModeRules => ({
  rest,
  rules: [{ match: end, token: rest, pop: true }],
})

const brace = (language: Brace) => (): Lexer => {
  const { keywords, types, constants = "true false null", own = [], modes = {} } = language
  const tokenClasses = wordTable({ n: constants, ...(types && { t: types }), k: keywords })
  const { isCapitalType = true, hasCharacters = true } = language
  const word: TokenRule = (found, at, line) => {
    const name = tokenClasses.get(found)
    const isMember = characterBefore(line, at) === "."
    if (name !== undefined && !isMember) return name
    const next = characterAfter(line, at + found.length)
    if (/\b(?:fn|func|fun|def)\s+$/.test(line.slice(Math.max(0, at - 8), at))) return "f"
    if (isCapitalType && /^[A-Z][\w]*[a-z]/.test(found) && !(isMember && next === "(")) {
      const isCalled = next === "(" && !/\b(?:new|class|struct|enum)\s+$/.test(line.slice(Math.max(0, at - 12), at))
      return isCalled ? "f" : "t"
    }
    return next === "(" || (next === "!" && line[at + found.length + 1] !== "=" && tokenClasses.has("impl")) ? "f" : ""
  }
  return createLexer({
    main: {
      rules: [
        ...own,
        { match: "\\/\\/.*", token: "c" },
        { match: "\\/\\*", token: "c", push: "comment" },
        STRING,
        ...(hasCharacters ? [CHARACTER] : [QUOTED]),
        { match: "[A-Za-z_\\u00c0-\\ud7ff][\\w\\u00c0-\\ud7ff]*", token: word },
        {
          match:
            "0[xXbBoO][\\da-fA-F_']+[\\w]*|\\.?\\d[\\d_']*(?:\\.\\d[\\d_]*)?(?:[eE][+-]?\\d+)?[a-zA-Z]\\w*|\\.?\\d[\\d_']*(?:\\.\\d[\\d_]*)?",
          token: "n",
        },
        { match: "@[A-Za-z_][\\w.]*", token: "f" },
      ],
    },
    comment,
    ...modes,
  })
}

const PREPROCESSOR: LexerRule[] = [
  { match: "^\\s*#\\s*\\w+", token: "k" },
  { match: "(?<=^\\s{0,20}#\\s{0,20}(?:include|import)\\s{0,20})<[^>]*>?", token: "s" },
  { match: "(?<=^\\s{0,20}#\\s{0,20}(?:define|undef|ifdef|ifndef)\\s{1,20})\\w+", token: "f" },
]

const C_TYPES = `int char float double void long short signed unsigned bool size_t ssize_t ptrdiff_t wchar_t auto int8_t int16_t
int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t`
const C_KEYWORDS = `${C_TYPES} break case const continue default do else enum extern for goto if inline register restrict return sizeof static
struct switch typedef union volatile while _Static_assert`

const CPP = `${C_KEYWORDS} alignas alignof and catch class co_await co_return co_yield concept consteval constexpr constinit
const_cast decltype delete dynamic_cast explicit export final friend mutable namespace new noexcept not operator or override private
protected public reinterpret_cast requires static_assert static_cast template this thread_local throw try typeid typename using
virtual xor`
const RAW: LexerRule = {
  match: '(?:u8|[uUL])?R"[^\\s()\\\\]{0,16}\\(',
  token: "s",
  push: (found) => ({ mode: "raw", detail: `)${found.slice(found.indexOf('"') + 1, -1)}"` }),
}
const rawString: LexerModeRules = {
  rest: "s",
  rules: [{ match: '\\)[^\\s()\\\\"]{0,16}"', token: "s", pop: true }],
}

const JAVA = `abstract assert break case catch class const continue default do else enum exports extends final finally for goto if
implements import instanceof interface module native new non-sealed open opens package permits private protected provides public
record requires return sealed static strictfp super switch synchronized this throw throws to transient transitive try uses var
volatile when while with yield`
const PRIMITIVES = "boolean byte char double float int long short void"
const TRIPLE: LexerRule = { match: '"""', token: "s", push: "triple" }

export const c = brace({
  keywords: C_KEYWORDS,
  constants: "true false NULL nullptr",
  own: PREPROCESSOR,
  isCapitalType: false,
})
export const cpp = brace({
  keywords: CPP,
  constants: "true false NULL nullptr",
  own: [...PREPROCESSOR, RAW],
  modes: { raw: rawString },
})
export const java = brace({ keywords: JAVA, types: PRIMITIVES, own: [TRIPLE], modes: { triple: until('"""') } })
export const kotlin = brace({
  keywords: `abstract actual annotation as break by catch class companion const constructor continue crossinline data do else enum
expect external final finally for fun get if import in infix init inline inner interface internal is lateinit noinline object open
operator out override package private protected public reified return sealed set super suspend tailrec this throw try typealias
val value var vararg when where while`,
  own: [TRIPLE],
  modes: { triple: until('"""') },
})
export const csharp = brace({
  keywords: `abstract add alias as async await base break case catch checked class const continue default delegate do else enum event
explicit extern finally fixed for foreach get global goto if implicit in init interface internal is lock nameof namespace new
operator out override params partial private protected public readonly record ref remove required return sealed set sizeof
stackalloc static struct switch this throw try typeof unchecked unsafe using value var virtual volatile when where while with yield`,
  types:
    "bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong ushort void",
  own: [
    { match: '\\$?"""', token: "s", push: "triple" },
    { match: '(?:\\$@|@\\$?)"', token: "s", push: "verbatim" },
    { match: '\\$"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
    { match: "^\\s*#\\s*\\w+", token: "k" },
  ],
  modes: {
    triple: until('"""'),
    verbatim: {
      rest: "s",
      rules: [
        { match: '""', token: "s" },
        { match: '"', token: "s", pop: true },
      ],
    },
  },
})
export const go = brace({
  keywords: `break case chan const continue default defer else fallthrough for func go goto if import interface map package range
return select struct switch type var`,
  types: `any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16
uint32 uint64 uintptr`,
  constants: "true false nil iota",
  own: [{ match: "`", token: "s", push: "raw" }],
  modes: { raw: until("`") },
  isCapitalType: false,
})
export const rust = brace({
  keywords: `as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref
return self static struct super trait type union unsafe use where while yield`,
  types: "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize Self",
  constants: "true false",
  own: [
    { match: 'b?r"[^"]*"', token: "s" },
    { match: 'b?r#"', token: "s", push: "raw" },
    { match: '"', token: "s", push: "string" },
    { match: "'[a-z_]\\w*(?!')", token: "t" },
    { match: "#!?\\[\\w+", token: "f" },
  ],
  modes: {
    raw: until('"#'),
    string: {
      rest: "s",
      rules: [
        { match: "\\\\.?", token: "s" },
        { match: '"', token: "s", pop: true },
      ],
    },
  },
})
export const swift = brace({
  keywords: `actor any as associatedtype async await break case catch class continue convenience default defer deinit do dynamic else
enum extension fallthrough fileprivate final for func get guard if import in indirect init inout internal is isolated lazy let
mutating nonisolated nonmutating open operator optional override precedencegroup private protocol public repeat required
rethrows return self set some static struct subscript super switch throw throws try typealias unowned var weak where while willSet`,
  constants: "true false nil",
  own: [TRIPLE, { match: "#\\w+", token: "k" }],
  modes: { triple: until('"""') },
})
export const dart = brace({
  keywords: `abstract as assert async await base break case catch class const continue covariant default deferred do dynamic else enum
export extends extension external factory final finally for get hide if implements import in interface is late library mixin new
on operator part required rethrow return sealed set show static super switch sync this throw try typedef var when while with yield`,
  types: "bool double int num void",
  own: [TRIPLE, { match: "'''", token: "s", push: "single" }],
  modes: { triple: until('"""'), single: until("'''") },
  hasCharacters: false,
})
export const scala = brace({
  keywords: `abstract case catch class def do else enum export extends extension final finally for forSome given if implicit import
inline lazy match new object opaque open override package private protected return sealed super then this throw trait try
transparent type using val var while with yield`,
  own: [{ match: '\\w*"""', token: "s", push: "triple" }],
  modes: { triple: until('"""') },
})
export const zig = brace({
  keywords: `align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer else enum
errdefer error export extern fn for if inline linksection noalias nosuspend opaque or orelse packed pub resume return struct
suspend switch test threadlocal try union unreachable usingnamespace var volatile while`,
  types: `anyerror anyopaque bool comptime_float comptime_int f16 f32 f64 f128 i8 i16 i32 i64 i128 isize noreturn type u1 u8 u16 u32
u64 u128 usize void`,
  constants: "true false null undefined",
  own: [{ match: "\\\\\\\\.*", token: "s" }],
})
export const proto = brace({
  keywords: `enum extend extensions import message oneof option optional package public repeated required reserved returns rpc
service stream syntax to weak map`,
  types: "bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64",
  hasCharacters: false,
})
export const graphql = brace({
  keywords: `directive enum extend fragment implements input interface mutation on query repeatable scalar schema subscription type
union`,
  own: [{ match: "#.*", token: "c" }, TRIPLE, { match: "\\$\\w+", token: "" }],
  modes: { triple: until('"""') },
})
