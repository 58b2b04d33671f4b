// The page of a lab: puts editors and buttons where the text has its stubs, cells and answers.

import { editor } from "./editor.js";
import { contents } from "./contents.js";
import { element } from "./explore.js";
import { Python } from "./python.js";
import { note, showAnswer, showLines, waiting } from "./show.js";
import { Store } from "./store.js";
import { Work } from "./work.js";
import { keepFile } from "./zip.js";

const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const python = new Python(window.begun);
const store = new Store(data.lab);
const work = new Work(data, store);
const STOPPED = "Stopped. What you wrote is still there; names from cells are forgotten.";
const LONGEST_PICTURE = 15000; // ms
const HERE = "Write it where its stub stands on this page.";
const IN_FILE = /Open neuralnet\/\w+\.py and write it there\./; // a stub's words, which Jupyter needs
const redraw = []; // what follows when files change from elsewhere
const marks = contents($("contents"));
let ran = new Set();

function button(text, action, about = "") {
  const made = element("button", { type: "button", textContent: text });
  if (about) made.append(element("span", { className: "unseen", textContent: ` ${about}` }));
  made.addEventListener("click", action);
  return made;
}

// Two doors of an editor: its text as it was handed out, and the texts that stood there before, one after the other.
function doorsBack(key, about, { now, handed, put }) {
  const startAgain = () => {
    work.keepText(key, now());
    put(handed);
  };
  const again = button("Start again", startAgain, `${about} as it was handed out`);
  const back = button("My text back", () => put(work.nextText(key, now())), about);
  const offer = () => {
    const gone = now() === undefined, others = work.others(key, now()).length;
    const isOne = others < (work.kept.before[key] ?? []).length; // what stands there came back
    again.hidden = now()?.trim() === handed.trim();
    back.hidden = !others || !(again.hidden || gone || isOne);
    back.firstChild.textContent = isOne ? "Another text of mine" : "My text back";
  };
  return { again, back, offer };
}

// Questions ------------------------------------------------------------------------------------

function question(place) {
  const { name, module } = data.questions.find((one) => one.name === place.dataset.question);
  const path = `neuralnet/${module}.py`;
  const output = place.querySelector(".output"), stub = place.querySelector(".stub");
  const piece = () => work.piece(path, name);
  const check = () => checkQuestions([name], output);
  let gap = "\n"; // the empty lines up to the next function stay out of the editor
  const shown = () => {
    const text = piece()?.text ?? "";
    gap = text.match(/\s*$/)[0];
    return text.slice(0, text.length - gap.length);
  };
  const typed = (text) => {
    work.setPiece(path, name, text + gap);
    output.classList.add("old");
    edited();
    offer();
  };
  const made = editor({ place: stub, text: shown(), label: `Your function ${name}`, changed: typed, run: check });
  const missing = element("p", { className: "finding" });
  const draw = () => {
    const there = piece() !== undefined;
    missing.textContent = there ? "" : `There is no function ${name} in ${path} any more: write it in the file, or start it again.`;
    stub.hidden = !there;
    if (there) made.set(shown());
    offer();
  };
  const put = (text) => {
    work.replacePiece(path, name, text);
    output.replaceChildren(); // what was said of another text
    edited();
    draw();
    made.focus(); // the button that had it is gone
  };
  const { again, back, offer } = doorsBack(name, name, { now: () => piece()?.text, handed: work.stub(path, name), put });
  draw();
  redraw.push({ path, name, draw });
  const doors = element("p", { className: "doors" });
  const file = button(`${module}.py`, () => openFile(path), ": the whole file");
  doors.append(Object.assign(button("Check", check, name), { className: "main" }), file, again, back);
  stub.after(missing, doors);
}

async function checkQuestions(names, output) {
  output.classList.remove("old");
  waiting(output, "Checking …");
  const pictured = data.questions.some(({ name, pictured }) => pictured && names.includes(name));
  const passing = Object.keys(work.kept.points).filter((name) => work.kept.points[name].passed && !names.includes(name));
  const files = work.files;
  const got = await python.ask({ kind: "check", questions: names, passing, pictured, files }, () => waiting(output, "Running …"));
  if (got.stopped) return showLines(output, [{ kind: "finding", text: STOPPED }]);
  if (got.failed) return showLines(output, [{ kind: "finding", text: `The checks could not run (${got.failed}): load the page again; your work is kept.` }]);
  const same = work.isAt(files);
  output.classList.toggle("old", !same);
  showLines(output, got.answer.lines.map((line) => ({ ...line, text: same ? work.located(line.text).replace(IN_FILE, HERE) : line.text })));
  // Below a long function it would be out of sight; who has read on meanwhile is left in peace.
  const { top, bottom } = output.parentElement.getBoundingClientRect();
  if (bottom > 0 && top < innerHeight) output.scrollIntoView({ block: "nearest" });
  if (same) work.count(got.answer.points);
  store.later();
  showPoints();
}

// What has run, ran with other functions: “all above” runs it anew.
function edited() {
  ran = new Set();
  offerAbove();
  showPoints();
}

function showPoints() {
  const points = work.kept.points;
  marks(points);
  const sum = (questions, one) => Math.round(questions.map(one).reduce((all, each) => all + each, 0) * 100) / 100;
  const earned = ({ name }) => points[name]?.earned ?? 0;
  const asked = data.questions.filter((one) => !one.bonus), bonus = sum(data.questions.filter((one) => one.bonus), earned);
  const passed = asked.filter((one) => points[one.name]?.passed).length;
  $("points").textContent = `Public points so far: ${sum(asked, earned)} of ${sum(asked, (one) => one.public)}`
    + `${bonus ? `, bonus ${bonus}` : ""} (${passed} of ${asked.length} functions pass)`;
}

function openFile(path) {
  $("wholename").textContent = path;
  const changed = (text) => {
    work.setFile(path, text);
    edited();
    for (const one of redraw) if (one.path === path) one.draw();
  };
  const made = editor({ place: $("wholefile"), text: work.file(path), label: `The file ${path}`, changed, numbers: true });
  $("whole").addEventListener("close", () => made.destroy(), { once: true });
  $("whole").showModal();
  made.focus();
}

// Cells ----------------------------------------------------------------------------------------

const cells = [];

function cell(place) {
  const index = Number(place.dataset.index), about = data.cells.find((one) => one.index === index);
  const output = place.querySelector(".output"), source = element("div", { className: "source" });
  const run = () => runCell(one);
  place.querySelector("pre.source").replaceWith(source);
  const number = cells.length + 1;
  const typed = (text) => {
    work.setCell(about.key, text);
    ran.delete(one);
    offerAbove();
    offer();
  };
  const made = editor({ place: source, text: work.cell(about), label: `Cell ${number}`, changed: typed, run });
  const draw = () => {
    made.set(work.cell(about));
    offer();
  };
  const above = button("Run it and all above", () => runUpTo(one), `cell ${number}`);
  const put = (text) => {
    made.replace(text); // as if typed: Control and Z takes it back
    made.focus();
  };
  const { again, back, offer } = doorsBack(about.key, `cell ${number}`, { now: () => work.cell(about), handed: work.handed(about), put });
  const doors = element("p", { className: "doors" });
  doors.append(button("Run", run, `cell ${number}`), above, again, back);
  source.after(doors);
  const one = { index, about, output, made, above, figure: place.dataset.figure };
  cells.push(one);
  offer();
  redraw.push({ path: "", draw });
}

async function runCell(one) {
  waiting(one.output, python.state ? "Waiting for Python …" : "Running …");
  let printed = "";
  const hears = (text = "") => waiting(one.output, "Running …", (printed = text));
  const source = work.cell(one.about), files = work.files;
  const got = await python.ask({ kind: "run", source, files }, hears);
  if (got.stopped || got.failed) {
    const said = printed && [{ kind: "printed", text: printed }];
    showLines(one.output, [...(said || []), { kind: "finding", text: got.stopped ? STOPPED : got.failed }]);
    return !got.stopped;
  }
  if (!got.answer.problem && work.isAt(files) && work.cell(one.about) === source) ran.add(one);
  else ran.delete(one); // “all above” runs it once more
  const ask = async (view, positions) => {
    let timer;
    const begins = () => (timer = setTimeout(() => python.stop(), LONGEST_PICTURE));
    const { answer } = await python.ask({ kind: "picture", view, positions, files: work.files }, begins);
    clearTimeout(timer);
    if (!answer) return { png: null, text: "", problem: STOPPED };
    return { ...answer, png: answer.png && Uint8Array.from(atob(answer.png), (c) => c.charCodeAt(0)) };
  };
  if (!got.answer.problem) for (const caption of document.querySelectorAll(`.caption[data-cell="${one.index}"]`)) caption.open = true;
  const problem = work.located(got.answer.problem).replaceAll("`", "").replace(IN_FILE, HERE);
  work.outputs[one.index] = showAnswer(one.output, { ...got.answer, problem }, one.figure, ask);
  offerAbove();
  return true;
}

// On past a cell that ends in an error: who reads Part 3 may have left a function of Part 1 out.
async function runUpTo(last) {
  for (const one of cells.slice(0, cells.indexOf(last) + 1))
    if ((one === last || !ran.has(one)) && !(await runCell(one))) return;
}

// The second button stands where cells above have not run yet.
function offerAbove() {
  let all = true;
  for (const one of cells) {
    one.above.hidden = all;
    all &&= ran.has(one);
  }
}

function answer(place) {
  const index = Number(place.dataset.index), about = data.cells.find((one) => one.index === index);
  const area = place.querySelector("textarea"), empty = work.handed(about);
  const draw = () => {
    const text = work.cell(about);
    area.value = text === empty ? "" : text;
  };
  area.addEventListener("input", () => work.setCell(about.key, area.value.trim() ? area.value : empty));
  draw();
  redraw.push({ path: "", draw });
}

// The page -------------------------------------------------------------------------------------

// At the foot of the screen, wherever the reader is.
function tell(sentence) {
  note("opened", sentence, button("Close", () => note("opened", "")));
}

async function openWork() {
  const [file] = $("file").files;
  $("file").value = "";
  if (!file || store.elsewhere) return;
  try {
    const found = await work.read(await file.arrayBuffer());
    if (!work.untouched && !confirm("Put the work of this zip in the place of what is here? Download yours first if you want to keep it.")) return;
    tell(`${work.open(found)} “Check all” at the end counts its points.`);
    for (const output of document.querySelectorAll("main .output")) output.replaceChildren();
    edited();
    for (const one of redraw) one.draw();
  } catch (error) {
    tell(`${file.name} could not be opened: ${error.message}. Choose the zip that this page or the notebook made.`);
  }
}

function download() {
  const { name, blob } = work.zip();
  keepFile(name, blob);
  const empty = document.querySelectorAll(".answer textarea");
  const left = [...empty].filter((one) => !one.value.trim()).length;
  tell(`${name} is downloaded: it holds the notebook and your neuralnet folder.${left ? ` ${left} written ${left === 1 ? "answer is" : "answers are"} still empty.` : ""}`);
}

function showStore() {
  note("store", store.problem);
  $("main").inert = $("open").disabled = store.elsewhere;
  if (store.elsewhere) {
    $("whole").close();
    const where = store.alone ? "was open in another tab, which has kept your work: go on here." : "is open in another tab, which keeps your work: go on there, or here.";
    note("tabs", `This lab ${where}`, button("Work in this tab", () => store.take()));
  } else note("tabs", "");
  $("where").textContent = store.problem
    || "Your work is kept in this browser on this computer, at each pause. It is lost when the browser's data are cleared, and another browser does not see it: download it now and then.";
}

function showState() {
  $("python").textContent = python.state || (python.busy ? "Python is running" : "Python is ready");
  $("stop").disabled = !python.busy;
}

// The new Python knows neither names nor pictures of the old one.
function stopped() {
  ran = new Set();
  offerAbove();
  for (const box of document.querySelectorAll(".explore fieldset:enabled")) {
    box.disabled = true;
    box.append(element("p", { className: "quiet", textContent: "Run the cell again to move this picture." }));
  }
}

// What is wider than the screen can be scrolled by keyboard, and says so. All is measured before
// anything changes: in turns, the page would be laid out once for each.
function reachable(places = document.querySelectorAll(".wide, .text pre, .katex-display, .frame")) {
  const measured = [...places].map((one) => [one, one.scrollWidth - one.clientWidth]);
  for (const [one, beyond] of measured) {
    if (beyond > 0) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
    one.classList.toggle("goes-on", beyond > 1); // parts of a pixel are nothing to read
  }
}

// A figure is never so small that its words cannot be read: see .frame in the style sheet.
function sized({ target }) {
  if (!target.matches?.(".frame img")) return;
  target.parentElement.style.setProperty("--own", `${target.naturalWidth}px`);
  reachable([target.parentElement]);
}

// What sticks below the bar, and where a link leads to, goes by its height.
function heightOfBar() {
  const bar = document.querySelector(".bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
}

function begin() {
  heightOfBar();
  reachable();
  document.fonts.ready.then(() => reachable());
  addEventListener("resize", () => reachable());
  let shut = [];
  addEventListener("beforeprint", () => (shut = [...document.querySelectorAll(".caption:not([open])")]).forEach((one) => (one.open = true)));
  addEventListener("afterprint", () => shut.forEach((one) => (one.open = false)));
  document.addEventListener("load", sized, true);
  $("main").append(element("p", { id: "keys", className: "unseen", textContent: "Tab indents. Escape and then Tab leaves the editor. Control and Enter runs it." }));
  document.querySelectorAll(".cell").forEach(cell);
  document.querySelectorAll(".work").forEach(question);
  document.querySelectorAll(".answer").forEach(answer);
  $("stop").addEventListener("click", () => python.stop());
  $("download").addEventListener("click", download);
  $("open").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", openWork);
  $("close").addEventListener("click", () => $("whole").close());
  $("all").addEventListener("click", () => checkQuestions(data.questions.map(({ name }) => name), $("allsaid")));
  python.addEventListener("state", showState);
  python.addEventListener("stopped", stopped);
  store.addEventListener("changed", showStore);
  note("news", work.news);
  if (work.news) store.later();
  showPoints();
  offerAbove();
  showState();
  showStore();
}

begin();
