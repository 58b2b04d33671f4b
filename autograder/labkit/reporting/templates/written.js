"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const articles = [...document.querySelectorAll(".answer")];
const state = document.getElementById("state");
const versions = new Map(data.rows.map(([submission, version]) => [submission, version]));
const input = (article) => article.querySelector("input[type=number]");
const comment = (article) => article.querySelector("textarea");
let current = -1;

function tell(text) { state.textContent = text; }

function marked() {
  const waiting = articles.filter((article) => offered(article)).length;
  return `${articles.filter((article) => input(article).value !== "").length} of ${articles.length} marked`
    + (waiting ? `, ${waiting} more to be confirmed` : "");
}

function refresh(article) {
  const value = input(article).value;
  article.querySelector(".done").textContent = value === "" ? "" : `${value} of ${article.dataset.points}`;
  for (const button of article.querySelectorAll("button[data-level]")) {
    const points = button.dataset.level * article.dataset.points;
    button.setAttribute("aria-pressed", String(value !== "" && Number(value) === points));
  }
}

function remember(article) {
  const value = input(article).value;
  if (value !== "" && !within(value, article)) {
    input(article).value = "";
    keep(article);
    refresh(article);
    tell(`${value} is not kept: points go from 0 to ${article.dataset.points}.`);
    return;
  }
  offered(article)?.remove();
  refresh(article);
  keep(article);
}

function fields(article) { return [input(article), comment(article)]; }

function within(points, article) {
  return /^(\d+\.?\d*|\.\d+)$/.test(points) && Number(points) <= Number(article.dataset.points);
}

// One place an answer, whatever becomes of others. What was kept names the graded folder (`place`:
// pages opened from files share one storage), the version, and what the page came with: where that
// is another now, the page knows better.
function key(article) {
  return `labkit written ${data.lab} ${article.dataset.question} ${article.dataset.submission}`;
}

function version(article) { return versions.get(article.dataset.submission); }

function kept(article) {
  try {
    return JSON.parse(localStorage.getItem(key(article)) ?? "[]");
  } catch (error) { /* what cannot be read is not kept */
    return [];
  }
}

function keep(article) {
  const now = { place: data.place, version: version(article),
    fields: fields(article).map((field) => [field.value, field.defaultValue]) };
  const others = kept(article).filter((one) => one.place !== now.place || one.version !== now.version);
  const list = now.fields.some(([value, came]) => value !== came) ? [...others, now] : others;
  try {
    if (list.length) localStorage.setItem(key(article), JSON.stringify(list));
    else localStorage.removeItem(key(article));
    tell(`${marked()}; kept in this browser, not saved yet.`);
  } catch (error) {
    tell(`${marked()}; this browser keeps nothing, so save often.`);
  }
}

function restore(article) {
  const own = fields(article);
  const fitting = kept(article).filter((one) => one.fields.every(([, came], n) => came === own[n].defaultValue));
  const mine = fitting.filter((one) => one.place === data.place);
  const same = mine.find((one) => one.version === version(article));
  const older = mine.at(-1);
  const elsewhere = fitting.find((one) => one.version === version(article));
  if (same) own.forEach((field, n) => { field.value = same.fields[n][0]; });
  else if (older) offer(article, "for an earlier version", older.fields.map(([value]) => value));
  else if (elsewhere) offer(article, "for the same work in another folder", elsewhere.fields.map(([value]) => value));
}

function offered(article) { return article.querySelector(".offer"); }

// A mark that was given for something else counts when it is taken over, not before.
function offer(article, what, [points, words]) {
  offered(article)?.remove();
  const line = document.createElement("p");
  const button = document.createElement("button");
  const told = [points === "" ? "" : `${points} of ${article.dataset.points}`, words && `“${words}”`];
  line.className = "offer";
  line.append(`Marked ${what}: ${told.filter(Boolean).join(", ")}. `, button);
  button.type = "button";
  button.textContent = "Keep this mark";
  button.addEventListener("click", () => {
    input(article).value = points;
    comment(article).value = words;
    remember(article);
  });
  article.querySelector(".give").before(line);
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
  const place = Object.fromEntries(header.map((name, n) => [name.trim(), n]));
  const cellOf = (row, name) => (row[place[name]] ?? "").trim().replace(/^'/, "");
  const refused = [];
  let found = 0, earlier = 0;
  for (const row of rows.filter((one) => cellOf(one, "submission") !== "(possible)")) {
    const name = cellOf(row, "submission");
    const given = data.questions.some(([question]) => cellOf(row, question) || cellOf(row, `${question} comment`));
    const own = articles.filter((one) => one.dataset.submission === name);
    if (given && !own.length) refused.push(`${name} is not on this page`);
    for (const article of own) {
      let points = cellOf(row, article.dataset.question).replace(",", ".");
      const words = cellOf(row, `${article.dataset.question} comment`);
      if (points !== "" && points !== "-" && !within(points, article)) {
        refused.push(`${name}, ${article.dataset.question}: ${points} is no number from 0 to ${article.dataset.points}`);
        points = "";
      }
      if (points === "" && words === "") continue;
      // A dash takes back, an empty cell says nothing.
      const values = [points || input(article).value, words || comment(article).value].map((one) => (one === "-" ? "" : one));
      const marked = cellOf(row, "version");
      if (marked && marked !== version(article) && fields(article).some((field, n) => field.value !== values[n])) {
        offer(article, "for an earlier version", values);
        earlier += 1;
        continue;
      }
      [input(article).value, comment(article).value] = values;
      found += points !== "" && points !== "-";
      remember(article);
    }
  }
  const told = [`${found} ${found === 1 ? "mark was" : "marks were"} read.`];
  if (earlier) told.push(`${earlier} for an earlier version: confirm or change ${earlier === 1 ? "it" : "them"}.`);
  if (refused.length) told.push(`Not taken: ${refused.slice(0, 5).join("; ")}${refused.length > 5 ? `; and ${refused.length - 5} more` : ""}.`);
  tell(told.join(" "));
}

for (const [n, article] of articles.entries()) {
  for (const button of article.querySelectorAll("button[data-level]")) {
    button.addEventListener("click", () => { current = n; give(article, Number(button.dataset.level)); });
  }
  input(article).addEventListener("change", () => remember(article));
  comment(article).addEventListener("change", () => remember(article));
  article.addEventListener("focusin", () => { current = n; });
}
articles.forEach(restore);
articles.forEach(refresh);
tell(`${marked()}.`);

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
