// The LSTM itself, and the belt of lesson 02 drawn from it: here nothing is recorded, every number is computed.
const sigmoid = z => 1 / (1 + Math.exp(-z))

// One step of H units; weight_ih (4H, D), weight_hh (4H, H) and bias (4H) are rows in the order of the gates i, f, g, o.
function lstmStep({ weight_ih, weight_hh, bias }, x, h, c) {
  const dot = (row, v) => row.reduce((sum, w, k) => sum + w * v[k], 0)
  const z = bias.map((b, row) => dot(weight_ih[row], x) + dot(weight_hh[row], h) + b)
  const [zi, zf, zg, zo] = [0, 1, 2, 3].map(k => z.slice(k * h.length, (k + 1) * h.length))
  const [i, f, g, o] = [zi.map(sigmoid), zf.map(sigmoid), zg.map(Math.tanh), zo.map(sigmoid)]
  const next = c.map((v, k) => f[k] * v + i[k] * g[k])
  return { z, i, f, g, o, c: next, h: next.map((v, k) => o[k] * Math.tanh(v)) }
}

const two = value => value.toFixed(2).replace("-0.00", "0.00")
const percent = value => `${(100 * value).toFixed(0)}%`

function belt(figure) {
  const spec = JSON.parse(figure.querySelector("script").textContent)
  const { unit: UNIT, belt: BELT, head: HEAD, pour: POUR, rise: RISE, shown: SHOWN, colors, sizes, valves } = spec
  const TALL = 3 * UNIT, svg = figure.querySelector("svg"), moving = svg.lastElementChild
  const said = figure.querySelector("figcaption")
  const controls = spec.controls.map(one => KINDS[one.kind](one, () => { show(); remember(figure, controls) }))
  const add = (tag, more, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
    for (const key in more) element.setAttribute(key, more[key])
    element.textContent = text
    moving.append(element)
  }
  const write = (x, y, text, size, color = "ink", anchor = "middle", weight = "normal") =>
    add("text", { x, y: y + 0.36 * sizes[size], "text-anchor": anchor, "font-weight": weight, style: `font-size: ${sizes[size]}px; fill: ${colors[color]}` }, text)
  const box = ([x, y], [X, Y], width) => x === X
    ? { x: x - width / 2, y: Math.min(y, Y), width, height: Math.abs(Y - y) }
    : { x: Math.min(x, X), y: y - width / 2, width: Math.abs(X - x), height: width }
  const flow = (from, to, value, color) => {
    const where = box(from, to, UNIT * Math.abs(value))
    if (value > 0) add("rect", { ...where, style: `fill: ${colors[color]}` })
    if (value < 0) add("rect", { ...where, style: `fill: ${colors.paper}; stroke: ${colors[color]}; stroke-width: 1.5; stroke-dasharray: 6 3` })
  }
  const valve = (name, [x, y], width, opening, upright, label) => {
    const thick = upright ? 24 : 28, half = width / 2 + 8, blade = width * (1 - opening) / 2 + 8
    const place = (from, to) => upright ? box([x + from, y], [x + to, y], thick) : box([x, y + from], [x, y + to], thick)
    const edge = `stroke: ${colors.ink}; stroke-width: 1.5`
    for (const side of [-1, 1]) add("rect", { ...place(side * half, side * (half - blade)), style: `fill: ${colors[name]}; ${edge}` })
    add("rect", { ...place(-half, half), style: `fill: none; ${edge}` })
    write(label[0], label[1] - 8, label[2], "text", "ink", "end", "bold")
    write(label[0], label[1] + 9, label[3], "small", "grey", "end")
  }
  const below = (x, text, word) => {
    write(x, BELT + TALL / 2 + 15, text, "text", "cell", "middle", "bold")
    write(x, BELT + TALL / 2 + 31, word, "small", "grey")
  }

  function show() {
    const [x, h, c] = [0, 1, 2].map(k => +spec.controls[k].options[controls[k].at()])
    const set = spec.controls[3].options[controls[3].at()], by_hand = valves[set], stage = controls[4].at()
    const bias = spec.params.bias.map((b, k) => by_hand["ifgo"[k]] ?? b)
    const s = lstmStep({ ...spec.params, bias }, [x], [h], [c])
    const [i, f, g, o, after, out] = [s.i, s.f, s.g, s.o, s.c, s.h].map(values => values[0]), tanh = Math.tanh(after)
    moving.replaceChildren()
    write(6, 18, `One step of one unit, its valves ${set === "as computed" ? set : `set by hand to ${set}`}`, "large", "ink", "start")
    write(6, 42, `x = ${two(x)}`, "text", "ink", "start", "bold")
    write(6, 62, `h = ${two(h)}`, "text", "hidden", "start", "bold")
    flow([0, BELT], [150, BELT], c, "cell")
    below(66, `c = ${two(c)}`, "before")
    if (stage > 0) {
      flow([POUR, 74], [POUR, 138], g, "g")
      write(POUR - 20, 80, `g = ${two(g)}`, "text", "ink", "end", "bold")
      write(POUR - 20, 97, `candidate, tanh(${two(s.z[2])})`, "small", "grey", "end")
    }
    if (stage > 1) {
      flow([150, BELT], [POUR - UNIT / 2, BELT], f * c, "cell")
      below(230, `f·c = ${two(f * c)}`, "kept")
    }
    if (stage > 2) {
      flow([POUR, 138], [POUR, BELT - TALL / 2], i * g, "g")
      flow([POUR + UNIT / 2, BELT], [648, BELT], after, "cell")
      write(POUR + 20, 178, `i·g = ${two(i * g)}`, "text", "ink", "start", "bold")
      write(POUR, BELT, "+", "plus", "ink", "middle", "bold")
      below(540, `c = f·c + i·g = ${two(after)}`, "after")
    }
    if (stage > 3) {
      flow([RISE, BELT - TALL / 2], [RISE, SHOWN], tanh, "cell")
      flow([RISE - UNIT * Math.abs(tanh) / 2, SHOWN], [540, SHOWN], tanh, "cell")
      flow([540, SHOWN], [648, SHOWN], out, "hidden")
      write(RISE + 20, 178, `tanh(c) = ${two(tanh)}`, "text", "cell", "start", "bold")
      write(642, SHOWN - 26, `h = ${two(out)}`, "text", "hidden", "end", "bold")
    }
    const label = (name, value, z, at) => [...at, `${name} = ${stage ? two(value) : "?"}`,
      !stage ? spec.words[name] : name in by_hand ? "set by hand" : `${spec.words[name]}, σ(${two(z)})`]
    valve("f", [150, BELT], TALL, stage && f, false, label("f", f, s.z[1], [140, 158]))
    valve("i", [POUR, 138], UNIT, stage && i, true, label("i", i, s.z[0], [POUR - 38, 138]))
    valve("o", [540, SHOWN], UNIT, stage && o, false, label("o", o, s.z[3], [530, 78]))

    const given = `With x = ${two(x)} and h = ${two(h)}`
    const parts = [`keeps ${percent(f)} of c = ${two(c)}`, `writes ${percent(i)} of g = ${two(g)}, so that c becomes ${two(after)}`,
      `shows ${percent(o)} of tanh(c), so that h = ${two(out)}`]
    const gates = stage ? `the gates are set to f = ${two(f)}, i = ${two(i)}, o = ${two(o)}` : "nothing is decided yet"
    said.textContent = stage < 2 ? `${given} ${gates}; c = ${two(c)} arrives.` : `${given} the cell ${parts.slice(0, stage - 1).join("; ")}.`
    svg.setAttribute("aria-label", said.textContent)
  }
  start(figure, controls, show, () => spec.controls[4].last)
}
document.querySelectorAll("figure.explorer.step").forEach(belt)
