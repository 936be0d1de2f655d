// What functions in TypeScript find around them beside the Web's own API.

/** Statements as the caller: row level security applies. Each is a transaction of its own. */
declare const db: {
  query<Row = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
  one<Row = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row | null>
}

/** Variables that begin with FUNCTION_, and those that FUNCTIONS_ENV names. */
declare const env: Readonly<Record<string, string | undefined>>
