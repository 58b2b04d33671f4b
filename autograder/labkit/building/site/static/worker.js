// Python, away from the page: the page stays alive whatever student code does, and can end it.
// Addresses are seen from here as from the page: both lie one folder deep.

import { fetched } from "./fetched.js";
import { part } from "./recorded.js";

let runtime, python, checks, pictures, cells;
const recorded = {}; // question -> a promise that its outcomes are there
let addresses = {};

const tell = (state) => postMessage({ state });

function outcomes(question) {
  recorded[question] ??= takeOutcomes(addresses[question]).catch((error) => {
    delete recorded[question]; // the next check tries again
    throw error;
  });
  return recorded[question];
}

async function takeOutcomes(address) {
  const [found] = await Promise.all([part(address), checks]);
  const file = runtime.FS.open("/lab/recorded.npz", "r+");
  for (const [at, bytes] of found) runtime.FS.write(file, bytes, 0, bytes.length, at);
  runtime.FS.close(file);
}

async function takePictures(from) {
  const data = Object.entries(from).map(async ([path, address]) => [path, await fetched(address)]);
  for (const [path, content] of await Promise.all(data)) {
    runtime.FS.mkdirTree(`/lab/${path}`.replace(/\/[^/]*$/, ""));
    runtime.FS.writeFile(`/lab/${path}`, new Uint8Array(content));
  }
}

async function startCells() {
  await runtime.loadPackage(["matplotlib"], { messageCallback() {} });
  await pictures;
  runtime.pyimport("browser").ready_for_cells();
}

function start(about) {
  addresses = about.recorded;
  checks = (async () => {
    const files = Promise.all([fetched(about.zip), fetched(about.code)]);
    files.catch(() => {}); // it is awaited below
    const { loadPyodide } = await import(`${about.python}pyodide.mjs`);
    // NumPy is fetched while Python starts; what is printed outside of cells is for nobody.
    runtime = await loadPyodide({ indexURL: about.python, packages: ["numpy"], stdout() {} });
    const [lab, script] = await files;
    runtime.FS.mkdirTree("/page");
    runtime.FS.mkdirTree("/lab");
    runtime.unpackArchive(lab, "zip", { extractDir: "/lab" });
    runtime.registerJsModule("page", { printed: (text) => postMessage({ printed: text }) });
    runtime.FS.writeFile("/page/browser.py", new Uint8Array(script));
    runtime.runPython("import sys; sys.path.append('/page')");
    python = runtime.pyimport("browser");
    tell("");
  })();
  // A check that waits comes first: what other checks need and the figures' libraries come after it.
  const pause = () => new Promise((done) => setTimeout(done));
  const later = checks.then(pause);
  later.then(() => Object.keys(addresses).forEach((question) => outcomes(question).catch(() => {})), () => {});
  pictures = later.then(() => takePictures(about.pictures));
  pictures.catch(() => {}); // cells say so
  cells = later.then(() => startCells());
  cells.catch((error) => tell(`Python could not be loaded (${error.message}): are you online? Your work is kept; load the page again.`));
}

const ACTIONS = {
  check: ({ questions, passing }) => python.check(JSON.stringify(questions), JSON.stringify(passing)),
  run: ({ source }) => python.run(source),
  picture: ({ view, positions }) => python.picture(view, JSON.stringify(positions)),
};

const NEEDS = {
  check: ({ questions, pictured }) => Promise.all([checks, ...questions.map(outcomes), pictured && pictures]),
  run: () => cells,
  picture: () => cells,
};

let before = Promise.resolve(); // one after the other: Python is one

self.onmessage = ({ data }) => {
  if (data.kind === "start") {
    start(data.about);
    return;
  }
  before = before.then(async () => {
    try {
      await NEEDS[data.kind](data);
      postMessage({ begins: data.id });
      if (data.files) python.put(JSON.stringify(data.files));
      postMessage({ id: data.id, answer: JSON.parse(ACTIONS[data.kind](data)) });
    } catch (error) {
      postMessage({ id: data.id, failed: String(error.message ?? error) });
    }
  });
};
