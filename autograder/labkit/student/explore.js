// Inputs for a picture. Jupyter loads this file as a widget; the page in the browser imports from it.
// `ask(positions)` gives {png, text, problem}; `keep(positions)` is told when everything is at rest.

// Each widget of a notebook loads this file anew: what is counted here is not alone on the page.
const mark = Math.random().toString(36).slice(2);
let made = 0;

export const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);

function rangeOf(one) {
  const input = element("input", { type: "range", min: one.low, max: one.high, step: one.step, value: one.start });
  return { input, position: () => Number(input.value), words: () => String(Number(Number(input.value).toPrecision(4))) };
}

function choiceOf(one) {
  const input = element("select");
  input.append(...one.words.map((word, i) => element("option", { value: i, textContent: word, selected: i === one.start })));
  return { input, position: () => input.selectedIndex, words: () => "" };
}

function switchOf(one) {
  const input = element("input", { type: "checkbox", checked: one.start });
  return { input, position: () => input.checked, words: () => "" };
}

const KINDS = { range: rangeOf, choice: choiceOf, switch: switchOf };

function row(one, moved) {
  const { input, position, words } = KINDS[one.kind](one);
  const line = element("div"), label = element("label", { textContent: one.label }), value = element("span");
  line.style.cssText = "display:grid;grid-template-columns:8em minmax(8em,22em) 4em;gap:.5em;align-items:center;min-height:1.9em";
  input.id = `explore-${mark}-${++made}`;
  label.htmlFor = input.id;
  input.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrow keys for its own
  if (one.kind !== "range") input.style.justifySelf = "start";
  value.setAttribute("aria-hidden", "true");
  const tell = () => {
    value.textContent = words();
    if (one.kind === "range") input.setAttribute("aria-valuetext", words());
  };
  tell();
  input.addEventListener("input", () => { tell(); moved(); });
  line.append(label, input, value);
  return { line, position };
}

export function explorer(place, spec, ask, keep) {
  const box = element("fieldset"), picture = element("img", { alt: "" });
  const frame = element("div", { className: "frame" }), said = element("p"), problem = element("p");
  said.setAttribute("role", "status"); // told once, when the inputs rest
  problem.setAttribute("role", "alert");
  problem.style.cssText = "white-space:pre-wrap;font-weight:bold";
  picture.style.cssText = "display:block;max-width:100%;height:auto";
  frame.append(picture);
  const rows = spec.inputs.map((one) => [one.name, row(one, () => draw(true))]);
  box.append(element("legend", { textContent: spec.title }), ...rows.map(([, { line }]) => line), frame, problem, said);
  place.append(box);

  const positions = () => Object.fromEntries(rows.map(([name, { position }]) => [name, position()]));
  let busy = false, again = false, seen = null, rest = null;

  function atRest(got, byHand) {
    clearTimeout(rest);
    rest = setTimeout(() => {
      said.textContent = got.problem ? "" : got.text;
      if (byHand && !got.problem) keep(positions());
    }, 600);
  }

  async function show(got) {
    if (problem.textContent !== got.problem) problem.textContent = got.problem;
    picture.style.opacity = got.problem ? 0.35 : 1; // the last good picture stays, pale
    if (!got.png || !got.png.byteLength) return;
    const url = URL.createObjectURL(new Blob([got.png], { type: "image/png" }));
    picture.src = url;
    picture.alt = `${spec.title}: ${got.text}`;
    await picture.decode().catch(() => {});
    if (seen) URL.revokeObjectURL(seen);
    seen = url;
  }

  async function draw(byHand) {
    clearTimeout(rest);
    again = busy; // one question at a time; of the moves meanwhile only the newest counts
    if (busy) return;
    busy = true;
    let got;
    do {
      again = false;
      got = await ask(positions());
      await show(got);
    } while (again);
    busy = false;
    atRest(got, byHand);
  }
  draw(false);
}

function hideStill(place) {
  // The stored still picture comes right before; it is for print and for a notebook at rest.
  place.classList.add("explore-live");
  const rules = "@media screen{.explore-still{display:none}}@media print{.explore-live{display:none}}";
  place.append(element("style", { textContent: rules }));
  requestAnimationFrame(() => place.closest(".jp-OutputArea-child")?.previousElementSibling?.classList.add("explore-still"));
}

export default {
  render({ model, el }) {
    const waiting = new Map();
    let asked = 0;
    const answered = (message, buffers) => {
      waiting.get(message.id)?.({ ...message, png: buffers[0] });
      waiting.delete(message.id);
    };
    model.on("msg:custom", answered);
    hideStill(el);
    const ask = (positions) =>
      new Promise((done) => {
        waiting.set(++asked, done);
        model.send({ id: asked, positions });
      });
    explorer(el, model.get("spec"), ask, () => model.send({ keep: true }));
    return () => model.off("msg:custom", answered);
  },
};
