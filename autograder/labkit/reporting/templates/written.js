"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const articles = [...document.querySelectorAll(".answer")];
const state = document.getElementById("state");
const key = `labkit written ${data.lab} ${data.rows.map((row) => row[0] + row[1]).join(" ")}`;
const input = (article) => article.querySelector("input[type=number]");
const comment = (article) => article.querySelector("textarea");
let current = -1;

function tell(text) { state.textContent = text; }

function marked() {
  return articles.filter((article) => input(article).value !== "").length;
}

function refresh(article) {
  const value = input(article).value;
  article.querySelector(".done").textContent = value === "" ? "" : `${value} of ${article.dataset.points}`;
  for (const button of article.querySelectorAll("button")) {
    const points = button.dataset.level * article.dataset.points;
    button.setAttribute("aria-pressed", String(value !== "" && Number(value) === points));
  }
}

function remember(article) {
  const value = input(article).value;
  if (value !== "" && !(Number(value) >= 0 && Number(value) <= Number(article.dataset.points))) {
    input(article).value = "";
    keep();
    refresh(article);
    tell(`${value} is not kept: points go from 0 to ${article.dataset.points}.`);
    return;
  }
  refresh(article);
  keep();
}

function fields(article) { return [input(article), comment(article)]; }

// With what the page came with: where that is another now, the page knows better.
function keep() {
  const kept = articles.map((one) => [one.dataset.submission, one.dataset.question,
    ...fields(one).map((field) => [field.value, field.defaultValue])]);
  try {
    localStorage.setItem(key, JSON.stringify(kept));
    tell(`${marked()} of ${articles.length} marked; kept in this browser, not saved yet.`);
  } catch (error) {
    tell(`${marked()} of ${articles.length} marked; this browser keeps nothing, so save often.`);
  }
}

function go(to) {
  if (!articles.length) return;
  current = Math.max(0, Math.min(articles.length - 1, to));
  articles.forEach((article, n) => article.classList.toggle("now", n === current));
  articles[current].scrollIntoView({ block: "center" });
  articles[current].focus({ preventScroll: true });
}

function give(article, level) {
  input(article).value = String(level * article.dataset.points);
  remember(article);
}

function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// An empty cell says nothing: a mark that the page came with is taken back by a dash.
function told(field) { return field.value === "" && field.defaultValue !== "" ? "-" : field.value; }

function csv() {
  const names = data.questions.map((question) => question[0]);
  const find = (submission, question) => articles.find(
    (one) => one.dataset.submission === submission && one.dataset.question === question);
  const lines = [["submission", ...names, ...names.map((name) => `${name} comment`), "version", "name", "email", "sid", "origin"]];
  lines.push(["(possible)", ...data.questions.map((question) => String(question[1]))]);
  for (const [submission, version, ...who] of data.rows) {
    const own = names.map((name) => find(submission, name));
    const points = own.map((article) => (article ? told(input(article)) : ""));
    const words = own.map((article) => (article ? told(comment(article)).replace(/\s*\n\s*/g, " ") : ""));
    const given = [...points, ...words].some((text) => text !== "");
    lines.push([submission, ...points, ...words, given ? version : "", ...who]);
  }
  return "\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\n") + "\n";
}

// Spreadsheets divide the cells by a semicolon or a tab where a comma is the decimal sign.
function parse(text) {
  const rows = [[]];
  let value = "", quoted = false;
  text = text.replace(/^\ufeff/, "");
  const divider = text.match(/^submission([;\t])/)?.[1] ?? ",";
  const push = () => { rows.at(-1).push(value); value = ""; };
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (quoted) {
      if (c === '"' && text[at + 1] === '"') { value += '"'; at += 1; }
      else if (c === '"') quoted = false;
      else value += c;
    } else if (c === '"') quoted = true;
    else if (c === divider) push();
    else if (c === "\n") { push(); rows.push([]); }
    else if (c !== "\r") value += c;
  }
  push();
  return rows;
}

function fill(text) {
  const [header, ...rows] = parse(text);
  if (header[0] !== "submission") { tell("This is no marks.csv: its first column is not “submission”."); return; }
  const place = Object.fromEntries(header.map((name, n) => [name, n]));
  let found = 0;
  for (const row of rows) {
    for (const article of articles.filter((one) => one.dataset.submission === row[0].replace(/^'/, ""))) {
      const points = row[place[article.dataset.question]] ?? "";
      const words = row[place[`${article.dataset.question} comment`]] ?? "";
      if (points !== "") { input(article).value = points.replace(",", "."); found += 1; }
      if (words !== "") comment(article).value = words.replace(/^'/, "");
      refresh(article);
    }
  }
  keep();
  tell(`${found} marks were read.`);
}

for (const [n, article] of articles.entries()) {
  for (const button of article.querySelectorAll("button")) {
    button.addEventListener("click", () => { current = n; give(article, Number(button.dataset.level)); });
  }
  input(article).addEventListener("change", () => remember(article));
  comment(article).addEventListener("change", () => remember(article));
  article.addEventListener("focusin", () => { current = n; });
}
try {
  for (const [submission, question, ...kept] of JSON.parse(localStorage.getItem(key) ?? "[]")) {
    const article = articles.find((one) => one.dataset.submission === submission && one.dataset.question === question);
    for (const [n, field] of (article ? fields(article) : []).entries()) {
      if (field.defaultValue === kept[n][1]) field.value = kept[n][0];
    }
  }
} catch (error) { /* what cannot be read is not kept */ }
articles.forEach(refresh);
tell(`${marked()} of ${articles.length} marked.`);

document.getElementById("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = "marks.csv";
  link.click();
  URL.revokeObjectURL(link.href);
  tell("marks.csv was saved: give it to labkit with --manual.");
});
document.getElementById("open").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) fill(await file.text());
  event.target.value = "";
});
document.getElementById("names").addEventListener("click", (event) => {
  const blind = document.body.classList.toggle("blind");
  event.target.setAttribute("aria-pressed", String(!blind));
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const level = { 1: 0, 2: 0.5, 3: 1 }[event.key];
  if (level !== undefined && current >= 0) { give(articles[current], level); event.preventDefault(); }
  if (event.key === "n") go(current + 1);
  if (event.key === "p") go(current - 1);
});
