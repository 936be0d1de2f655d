// What functions in TypeScript find around them beside the Web's own API.

/** Statements as the caller: row level security applies. Each is a transaction of its own. */
declare const db: {
  query<Row = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
  one<Row = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row | null>
}

/** Variables that begin with FUNCTION_, and those that FUNCTIONS_ENV names. */
declare const env: Readonly<Record<string, string | undefined>>

/** Files that a function imports as text. */
declare module '*.html' { const text: string; export default text }
declare module '*.css' { const text: string; export default text }
declare module '*.txt' { const text: string; export default text }
