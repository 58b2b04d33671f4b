// What Python answered, on the page; and the same as a notebook's outputs.

import { element, explorer } from "./explore.js";

/** A sentence above the text; an empty one goes away. */
export function note(kind, sentence, ...more) {
  let place = document.querySelector(`#notes [data-kind="${kind}"]`);
  if (!place) {
    place = element("p", { className: "note" });
    place.dataset.kind = kind;
    place.setAttribute("role", "status");
    document.getElementById("notes").append(place);
  }
  place.replaceChildren(sentence, ...more);
  place.hidden = !sentence;
}

/** While something runs: what it has printed so far. */
export function waiting(place, sentence, printed = "") {
  place.replaceChildren(element("p", { className: "quiet", textContent: sentence }));
  if (printed) place.append(element("pre", { textContent: printed }));
}

// Names between backticks are set as code.
function words(kind, text) {
  if (kind === "printed") return element("pre", { className: kind, textContent: text });
  const line = element("p", { className: kind });
  line.append(...text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? element("code", { textContent: part }) : part)));
  return line;
}

/** labcheck's lines, each with its kind as a class. */
export function showLines(place, lines) {
  const good = !lines.some(({ kind }) => kind === "fail" || kind === "finding");
  const box = element("div", { className: `said ${good ? "good" : "bad"}` });
  box.append(...lines.map(({ kind, text }) => words(kind, text)));
  place.replaceChildren(box);
}

/** A cell's outputs; gives them as nbformat has them. */
export function showAnswer(place, { text, value, problem, shown }, figure, ask) {
  const outputs = [];
  place.replaceChildren();
  const printed = [text.trimEnd(), value].filter(Boolean).join("\n");
  if (printed) {
    place.append(element("pre", { textContent: printed, tabIndex: 0 }));
    outputs.push({ output_type: "stream", name: "stdout", text: `${printed}\n` });
  }
  for (const one of shown) {
    if (one.kind === "explore") {
      const box = element("div", { className: "explore" });
      place.append(box);
      explorer(box, one.spec, (positions) => ask(one.view, positions), () => {});
    } else {
      const frame = element("div", { className: "frame" });
      frame.append(element("img", { src: `data:image/png;base64,${one.png}`, alt: figure || "A figure; the text describes it." }));
      place.append(frame);
      outputs.push({ output_type: "display_data", metadata: {}, data: { "image/png": one.png, "text/plain": figure } });
    }
  }
  if (problem) {
    place.append(element("pre", { className: "problem", textContent: problem, tabIndex: 0 }));
    outputs.push({ output_type: "stream", name: "stderr", text: `${problem}\n` });
  }
  if (!place.childNodes.length) place.append(element("p", { className: "quiet", textContent: "Done." }));
  return outputs;
}
