// Plays what was recorded: controls choose a frame; the picture and its sentence change together. No network, no kernel.
const make = (tag, more = {}, ...inside) => {
  const element = document.createElement(tag)
  Object.assign(element, more)
  element.append(...inside)
  return element
}
const unzip = async text => JSON.parse(await new Response(new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))])
  .stream().pipeThrough(new DecompressionStream("gzip"))).text())

// A control is {element, at(), put(place), last(place)}: native inputs, each with its label.
function slider(spec, changed) {
  const input = make("input", { type: "range", min: 0, max: spec.options.length - 1, value: spec.at })
  const output = make("output")
  const say = () => { output.value = spec.options[input.value]; input.setAttribute("aria-valuetext", output.value) }
  input.oninput = () => { say(); changed() }
  say()
  return {
    element: make("label", {}, spec.name, input, output), inputs: [input],
    at: () => +input.value, put: place => { input.value = place; say() },
  }
}

function checkbox(spec, changed) {
  const input = make("input", { type: "checkbox", checked: !!spec.at, onchange: changed })
  return {
    element: make("label", {}, input, spec.name), inputs: [input],
    at: () => +input.checked, put: place => { input.checked = !!place },
  }
}

let groups = 0
function buttons(spec, changed) {
  const group = `group${groups++}`
  const inputs = spec.options.map((_, k) => make("input", { type: "radio", name: group, checked: k === spec.at, onchange: changed }))
  const labels = inputs.map((input, k) => make("label", {}, input, make("span", { textContent: spec.options[k] })))
  return {
    element: make("fieldset", {}, make("legend", { textContent: spec.name }), ...labels), inputs,
    at: () => inputs.findIndex(input => input.checked), put: place => { if (inputs[place]) inputs[place].checked = true },
  }
}

function list(spec, changed) {
  const select = make("select", { onchange: changed }, ...spec.options.map(text => make("option", { textContent: text })))
  select.selectedIndex = spec.at
  return {
    element: make("label", {}, spec.name, select), inputs: [select],
    at: () => select.selectedIndex, put: place => { select.selectedIndex = place },
  }
}

function time(spec, changed) {
  const input = make("input", { type: "range", min: 0, max: spec.last, value: spec.at, ariaLabel: spec.name })
  const play = make("button", { type: "button", textContent: "▶ Play" })
  let clock = null
  const stop = () => { clearInterval(clock); clock = null; play.textContent = "▶ Play" }
  const go = place => { input.value = place; changed() }
  const tick = () => +input.value < +input.max ? go(+input.value + 1) : stop()
  const step = by => make("button", { type: "button", textContent: by < 0 ? "◀ Back" : "Step ▶", onclick: () => { stop(); go(+input.value + by) } })
  play.onclick = () => {
    if (clock) return stop()
    if (input.value === input.max) go(0)
    clock = setInterval(tick, 700)
    play.textContent = "❚❚ Pause"
  }
  input.oninput = () => { stop(); changed() }
  return {
    element: make("div", { className: "time" }, make("span", { textContent: spec.name }), play, step(-1), step(1), input), inputs: [input],
    at: () => +input.value, put: place => { input.value = place },
    last: end => { const atEnd = input.value === input.max; input.max = end; if (atEnd) input.value = end },
  }
}

const KINDS = { slider, check: checkbox, buttons, list, time }

// The setting stands in the address, so that a link shows the picture that is meant: #board=3.0.11
const setting = controls => controls.map(one => one.at()).join(".")
const remember = (figure, controls) => history.replaceState(null, "", `#${figure.dataset.name}=${setting(controls)}`)

function start(figure, controls, show, end) {
  const recall = () => {
    const wanted = location.hash.match(/^#(\w+)=([\d.]+)$/)
    if (wanted?.[1] !== figure.dataset.name) return
    const places = wanted[2].split(".")
    controls.forEach((one, k) => { if (!one.last && places[k]) one.put(+places[k]) })
    controls.forEach((one, k) => { if (one.last) { one.last(end(k)); one.put(Math.min(places[k] ?? end(k), end(k))) } })
    show()
    figure.scrollIntoView()
  }
  figure.querySelector(".controls").append(...controls.map(one => one.element))
  show()
  recall()
  addEventListener("hashchange", recall)
  figure.dataset.ready = ""
}

async function play(figure) {
  const tape = await unzip(figure.querySelector("script").textContent)
  const svg = figure.querySelector("svg"), said = figure.querySelector("figcaption"), name = figure.dataset.name
  const own = text => text.replaceAll("OWN-", `${name}-`)
  const controls = tape.controls.map(spec => KINDS[spec.kind](spec, () => { show(); remember(figure, controls) }))
  const key = (k, place) => controls.map((one, j) => j === k ? place : one.at()).join(".")
  const end = k => { let place = 0; while (key(k, place + 1) in tape.frames) place++; return place }
  let shell = null
  function show() {
    controls.forEach((one, k) => one.last?.(end(k)))
    const [s, fragment, sentence, off] = tape.frames[setting(controls)]
    if (s !== shell) {
      svg.setAttribute("viewBox", tape.shells[s][0])
      svg.innerHTML = `${own(tape.shells[s][1])}<g></g>`
      shell = s
    }
    svg.lastElementChild.innerHTML = own(tape.fragments[fragment])
    said.textContent = tape.sentences[sentence]
    svg.setAttribute("aria-label", tape.sentences[sentence])
    controls.forEach((one, k) => one.inputs.forEach(input => { input.disabled = tape.off[off].includes(tape.controls[k].name.replaceAll(" ", "_")) }))
  }
  start(figure, controls, show, end)
}

function card(box) {
  const { answer, why } = box.dataset, options = [...box.querySelectorAll("button")]
  options.forEach(button => button.onclick = () => {
    const guess = button.textContent, quoted = text => isNaN(text) ? `“${text}”` : text
    options.forEach(other => { other.disabled = other !== button; other.onclick = null; if (other.textContent === answer) other.classList.add("right") })
    button.classList.add("chosen")
    box.querySelector(".reveal").textContent = guess === answer ? `✓ Yes: ${quoted(answer)}. ${why}`
      : `✗ You said ${quoted(guess)}; the answer is ${quoted(answer)}. ${why}`
  })
}

// Above a long list of questions: only those that hold every word typed are left.
function filter(contents) {
  const items = [...document.querySelectorAll("main > ul > li")], told = make("output")
  if (items.length < 50) return
  const input = make("input", { type: "search", oninput: () => {
    const words = input.value.toLowerCase().split(/\s+/)
    items.forEach(item => { item.hidden = !words.every(word => item.textContent.toLowerCase().includes(word)) })
    document.querySelectorAll("main > ul").forEach(list => {
      list.hidden = list.previousElementSibling.hidden = ![...list.children].some(item => !item.hidden)
    })
    contents.hidden = !!input.value
    told.value = `${items.filter(item => !item.hidden).length} of ${items.length} questions`
  } })
  contents.before(make("label", { className: "filter" }, "only with ", input, told))
}

document.documentElement.classList.add("js")
document.querySelectorAll("nav.contents").forEach(filter)
document.querySelectorAll(".predict").forEach(card)
document.querySelectorAll("figure.explorer:not(.step)").forEach(play)
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(one => one.open = true))
