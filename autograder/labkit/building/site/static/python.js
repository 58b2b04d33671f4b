// The page's side of Python: asks the worker, ends it, starts a new one.

export class Python extends EventTarget {
  /** The page's head has made the first worker: `heard` is what it has told since. */
  constructor({ about, worker, heard }) {
    super();
    this.about = about;
    this.waiting = new Map();
    this.asked = 0;
    this.listen(worker);
    heard.forEach((data) => this.hear(data));
  }

  listen(worker) {
    this.worker = worker;
    worker.onmessage = ({ data }) => this.hear(data);
    worker.onerror = () => this.say("Python could not be started in this browser: load the page again, or take the lab to Jupyter.");
    this.say("Python is loading …");
  }

  say(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  get busy() {
    return this.waiting.size > 0;
  }

  hear(data) {
    if (data.state !== undefined) return this.say(data.state);
    if (data.begins !== undefined) return this.waiting.get(data.begins)?.begins?.();
    this.waiting.get(data.id)?.done(data);
    this.waiting.delete(data.id);
    this.dispatchEvent(new Event("state"));
  }

  /** What Python answers: {answer}, or {failed: sentence}, or {stopped: true}. */
  ask(message, begins) {
    const id = ++this.asked;
    return new Promise((done) => {
      this.waiting.set(id, { done, begins });
      this.worker.postMessage({ ...message, id });
      this.dispatchEvent(new Event("state"));
    });
  }

  /** End whatever runs; names of cells are forgotten, files are not. */
  stop() {
    this.worker.terminate();
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    this.dispatchEvent(new Event("stopped"));
    for (const { done } of waiting) done({ stopped: true });
    this.listen(new Worker(this.about.worker, { type: "module" }));
    this.worker.postMessage({ kind: "start", about: this.about });
  }
}
