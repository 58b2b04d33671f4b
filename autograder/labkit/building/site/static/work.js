// The student's work: files, cells, answers; as the zip that is handed in, and back from one.

import { helpersIn, joined as whole, split } from "./pieces.js";
import { readZip, writeZip } from "./zip.js";

const MOST_TEXTS = 20; // of one function or cell that are kept when it starts again

const joined = (source) => [].concat(source).join("");

export class Work {
  constructor(data, store) {
    this.data = data;
    this.store = store;
    const kept = store.value;
    this.kept = { files: {}, cells: {}, extras: [], points: {}, before: {}, cuts: {}, ...kept };
    const { before } = this.kept; // an earlier page kept one text of each
    for (const name of Object.keys(before)) before[name] = [].concat(before[name]);
    this.news = kept.version && kept.version !== data.version ? this.changes(kept) : "";
    Object.assign(this.kept, { version: data.version, handed: data.package });
    store.value = this.kept;
    this.outputs = {};
    this.cut = {};
  }

  // What a new version of the lab changed, in a sentence.
  changes(kept) {
    const names = [];
    for (const [path, functions] of Object.entries(this.data.functions)) {
      const pieces = (text) => Object.fromEntries(split(text ?? "", functions).map((one) => [one.name, one.text]));
      const [before, now] = [pieces(kept.handed?.[path]), pieces(this.data.package[path])];
      names.push(...functions.filter((name) => before[name] !== now[name]));
    }
    const known = new Set(this.data.cells.map(({ key }) => key));
    const lost = Object.entries(this.kept.cells).filter(([key]) => !known.has(key));
    for (const [key, source] of lost) {
      this.kept.extras.push({ cell_type: key.startsWith("answer") ? "markdown" : "code", source });
      delete this.kept.cells[key];
    }
    const what = names.length ? ` New text of the stubs: ${names.join(", ")}; your own stays as it is.` : "";
    const cells = lost.length ? ` ${lost.length === 1 ? "A cell that you changed has" : `${lost.length} cells that you changed have`} another text now: your own is kept at the end of the notebook in your zip.` : "";
    return `This lab has a new version since you worked on it. Your code is kept.${what}${cells}`;
  }

  file(path) {
    return this.kept.files[path] ?? this.data.package[path];
  }

  /** Whether nothing is here that a zip could take the place of. */
  get untouched() {
    const { files, cells, extras } = this.kept;
    return ![files, cells, extras].some((one) => Object.keys(one).length);
  }

  get files() {
    return { ...this.data.package, ...this.kept.files };
  }

  /** Whether the files are still these. */
  isAt(files) {
    const now = this.files, names = Object.keys(now);
    return names.length === Object.keys(files).length && names.every((name) => now[name] === files[name]);
  }

  /** Take the points of a check; where a file cannot be read, nothing in it passes. */
  count(points) {
    for (const [name, one] of Object.entries(points)) {
      this.kept.points[name] = one;
      if (one.unread) for (const other of Object.values(this.data.functions).find((names) => names.includes(name)))
        if (other !== name) delete this.kept.points[other];
    }
  }

  setFile(path, text) {
    const before = this.pieces(path);
    this.kept.files[path] = text;
    delete this.kept.cuts[path];
    delete this.cut[path];
    for (const one of this.data.functions[path]) {
      delete this.kept.points[one];
      if (!this.piece(path, one)) this.keepText(one, before.find(({ name }) => name === one)?.text);
    }
    this.store.later();
  }

  /** Texts of a function or cell that were kept and do not stand there now; the next to come back is the last. */
  others(key, now = "") {
    return (this.kept.before[key] ?? []).filter((text) => text.trim() !== now.trim());
  }

  /** Keep a text that is about to go, or is gone. */
  keepText(key, text = "") {
    if (text.trim()) this.kept.before[key] = [...this.others(key, text), text].slice(-MOST_TEXTS);
  }

  /** The text that comes back next; after it, the one before. */
  nextText(key, now) {
    const text = this.others(key, now).at(-1);
    this.kept.before[key] = [text, ...this.kept.before[key].filter((one) => one !== text)];
    return text;
  }

  /** The pieces of a file. They stay cut as they are while one of them is being written. */
  pieces(path) {
    return (this.cut[path] ??= split(this.file(path), this.data.functions[path], this.kept.cuts[path]));
  }

  piece(path, name) {
    return this.pieces(path).find((one) => one.name === name);
  }

  /** Lines of files in a text, each with its place in the function that the page shows, which has no numbers. */
  located(text) {
    return text.replace(/(neuralnet\/\w+\.py),? line (\d+)/g, (found, path, number) => {
      let left = Number(number);
      for (const piece of this.data.functions[path] ? this.pieces(path) : []) {
        const lines = piece.text.split("\n"), line = lines[left - 1]?.trim();
        if (left < lines.length || piece === this.pieces(path).at(-1))
          return piece.name && line ? `${found} (line ${left} of ${piece.name}: \`${line}\`)` : found;
        left -= lines.length - 1;
      }
      return found;
    });
  }

  setPiece(path, name, text) {
    const piece = this.piece(path, name);
    // What others in the file may call has changed, or is gone.
    const all = helpersIn(text, name).length || helpersIn(piece.text ?? "", name).length;
    for (const one of all ? this.data.functions[path] : [name]) delete this.kept.points[one];
    piece.text = text;
    this.kept.files[path] = whole(this.pieces(path));
    this.kept.cuts[path] = this.pieces(path).map((one) => [one.name, one.text.length]);
    this.store.later();
  }

  /** A function as it was handed out. */
  stub(path, name) {
    return split(this.data.package[path], this.data.functions[path]).find((one) => one.name === name).text;
  }

  /** Put another text in a function's place; where the function is gone, it comes after those before it. */
  replacePiece(path, name, text) {
    const names = this.data.functions[path], pieces = this.pieces(path);
    if (!this.piece(path, name)) {
      const before = new Set(["", ...names.slice(0, names.indexOf(name))]);
      const last = pieces.findLastIndex((one) => before.has(one.name)), above = pieces[last];
      above.text = above.text.trim() ? `${above.text.trimEnd()}\n\n\n` : "";
      pieces.splice(last + 1, 0, { name });
    }
    const follows = pieces.at(-1).name !== name;
    this.setPiece(path, name, `${text.trimEnd()}${follows ? "\n\n\n" : "\n"}`);
  }

  /** The text of a cell as it was handed out. */
  handed({ index }) {
    return joined(this.data.book.cells[index].source);
  }

  cell(about) {
    return this.kept.cells[about.key] ?? this.handed(about);
  }

  setCell(key, text) {
    this.kept.cells[key] = text;
    this.store.later();
  }

  /** The notebook with what was written and what it gave. */
  notebook() {
    const book = structuredClone(this.data.book);
    for (const { key, index } of this.data.cells) {
      if (this.kept.cells[key] !== undefined) book.cells[index].source = this.kept.cells[key];
      if (this.outputs[index]) book.cells[index].outputs = this.outputs[index];
    }
    const extras = this.kept.extras.map(({ cell_type, source }, i) => ({
      cell_type, id: `extra-${i}`, metadata: {}, source,
      ...(cell_type === "code" ? { execution_count: null, outputs: [] } : {}),
    }));
    book.cells.push(...extras);
    return JSON.stringify(book, null, 1);
  }

  zip() {
    const now = new Date(), two = (number) => String(number).padStart(2, "0");
    const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}_${two(now.getHours())}-${two(now.getMinutes())}`;
    const files = { [`${this.data.lab}.ipynb`]: this.notebook() };
    for (const path of Object.keys(this.files).sort()) files[path] = this.files[path];
    return { name: `${this.data.lab}_${date}.zip`, blob: writeZip(files) };
  }

  /** What a zip of this page or of Jupyter holds. Throws where it is none of this lab. */
  async read(buffer) {
    const files = Object.entries(await readZip(buffer)).filter(([path]) => !/(^|\/)(__MACOSX|\.ipynb_checkpoints|__pycache__)\//.test(path));
    const text = (bytes, name) => {
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r\n?/g, "\n");
      } catch {
        throw new Error(`${name} in it is no text in UTF-8`);
      }
    };
    const mine = Object.keys(this.data.functions);
    const roots = files.flatMap(([path]) => mine.filter((one) => `/${path}`.endsWith(`/${one}`)).map((one) => path.slice(0, -one.length)));
    if (!roots.length) throw new Error(`it holds none of ${mine.join(", ")}`);
    const root = roots.reduce((one, other) => (other.length < one.length ? other : one));
    const found = {}, left = [], paths = new Set(files.map(([path]) => path));
    // As the hand-in: modules, and packages with all their folders. What else lies there is no work (a .venv).
    const counts = (name) => {
      const folders = name.split("/").slice(0, -1);
      return name.endsWith(".py") && folders.every((one) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(one))
        && (!folders.length || name.startsWith("neuralnet/") || paths.has(`${root}${folders[0]}/__init__.py`));
    };
    for (const [path, bytes] of files) {
      const name = path.startsWith(root) ? path.slice(root.length) : "";
      if (path.endsWith(".ipynb") || this.data.kit.includes(name.split("/")[0])) continue;
      if (counts(name)) found[name] = text(bytes, name);
      else left.push(path);
    }
    return { found, left, book: this.readBook(files) };
  }

  /** The lab's notebook; its own name first. One that cannot be read, or of nothing, is none. */
  readBook(files) {
    const named = ([path]) => Number(path.split("/").at(-1) !== `${this.data.lab}.ipynb`);
    const books = files.filter(([path]) => path.endsWith(".ipynb")).sort((one, other) => named(one) - named(other));
    let others = "";
    for (const [, bytes] of books) {
      const source = new TextDecoder().decode(bytes), lab = source.match(/labcheck\.start\(\\"(\w+)/)?.[1];
      if (lab ? lab !== this.data.lab : !source.includes(this.data.lab)) others ||= lab ?? "";
      else try {
        const book = JSON.parse(source);
        if (Array.isArray(book.cells)) return book;
      } catch {
        continue;
      }
    }
    if (others) throw new Error(`it is work of ${others}, not of ${this.data.lab}`);
    return undefined;
  }

  /** Take over what was read; gives a sentence. */
  open({ found, left, book }) {
    // Other modules of the student's are those of the zip; of the lab's own, what it lacks stays.
    const stays = Object.keys(this.data.functions).filter((path) => !(path in found) && this.kept.files[path] !== undefined);
    for (const path of Object.keys(this.kept.files)) if (!(path in this.data.package)) delete this.kept.files[path];
    Object.assign(this.kept.files, found);
    Object.assign(this.kept, { points: {}, cuts: {} });
    this.cut = {};
    this.outputs = {};
    if (book) this.openBook(book);
    this.store.later();
    this.store.save();
    const more = book && this.kept.extras.length;
    const count = Object.keys(found).length;
    return `Your work is open: ${count === 1 ? "1 file" : `${count} files`}${book ? " and the notebook's cells and answers" : "; no notebook was in it"}.`
      + (more ? ` ${more === 1 ? "1 cell has" : `${more} cells have`} no place on this page, but at the end of the notebook in your zip.` : "")
      + (stays.length ? ` Not in it, so as before: ${stays.join(", ")}.` : "")
      + (left.length ? ` Left out, for only Python modules are kept here: ${left.slice(0, 9).join(", ")}${left.length > 9 ? " …" : ""}.` : "");
  }

  openBook(book) {
    const theirs = new Map(book.cells.map((cell) => [cell.id, cell]));
    const text = ({ cell_type, source }) => `${cell_type} ${joined(source)}`;
    const done = new Set(this.data.book.cells.map(text));
    for (const { key, index } of this.data.cells) {
      const own = this.data.book.cells[index], other = theirs.get(key);
      if (!other || other.cell_type !== own.cell_type) continue;
      done.add(text(other));
      if (joined(other.source) !== joined(own.source)) this.kept.cells[key] = joined(other.source);
      else delete this.kept.cells[key];
    }
    // What the lab locks (a question, its check) is nobody's own, in whatever version.
    this.kept.extras = book.cells
      .filter((cell) => !done.has(text(cell)) && cell.metadata?.editable !== false && joined(cell.source).trim())
      .map(({ cell_type, source }) => ({ cell_type, source: joined(source) }));
  }
}
