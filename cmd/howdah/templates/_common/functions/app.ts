/// <reference path="./howdah.d.ts" />
// /functions/v1/app: the app's page, with its style and script in one answer.
import page from './_app/page.html'
import session from './_app/session.txt'
import style from './_app/style.css'

export const config = { verify_jwt: false }

const html = page.replace('/* style */', () => style).replace('/* session */', () => session)

export default () => new Response(html, { headers: {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self' ws: wss:",
} })
