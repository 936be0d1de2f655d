// A check of a real client, counted: `await check('what holds', () => …)`.
let passed = 0
let failed = 0

export async function check(what, test) {
  try {
    const outcome = await test()
    if (outcome === false) throw new Error('it does not hold')
    passed++
  } catch (error) {
    failed++
    console.error(`not ok: ${what}\n    ${error.message}`)
  }
}

export function equal(got, want) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)]
  if (a !== b) throw new Error(`got ${a}, want ${b}`)
}

export function must({ data, error }) {
  if (error) throw new Error(`${error.status ?? ''} ${error.code ?? ''} ${error.message}`)
  return data
}

export function finish(name) {
  console.log(`${name}: ${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
}

export function env(name) {
  const value = process.env[name]
  if (!value) {
    console.error(`${name} is not set: eval "$(bin/howdah keys --env)"`)
    process.exit(2)
  }
  return value
}
