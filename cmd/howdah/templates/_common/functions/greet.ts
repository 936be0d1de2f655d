/// <reference path="./howdah.d.ts" />
// /functions/v1/greet: TypeScript in the server itself. `db` runs as the caller.
export const config = { verify_jwt: true, timeout: 5000 }

export default async (request: Request): Promise<Response> => {
  const { name = 'world' } = request.method === 'POST' ? await request.json() : {}
  const row = await db.one<{ role: string }>('select current_user as role')
  return Response.json({ hello: name, you_are: row?.role })
}
