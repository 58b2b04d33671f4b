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
    if (data.printed !== undefined) return this.waiting.values().next().value?.begins?.(data.printed);
    this.waiting.get(data.id)?.done(data);
    this.waiting.delete(data.id);
    this.dispatchEvent(new Event("state"));
  }

  /**
   * What Python answers: {answer}, or {failed: sentence}, or {stopped: true}. `begins()` is called when Python
   * begins with it, and with what a cell has printed while it runs.
   */
  ask(message, begins) {
    const id = ++this.asked;
    return new Promise((done) => {
      this.waiting.set(id, { message: { ...message, id }, done, begins });
      this.worker.postMessage({ ...message, id });
      this.dispatchEvent(new Event("state"));
    });
  }

  /** End whatever runs; names of cells are forgotten, files are not: a check that waits behind it goes on. */
  stop() {
    this.worker.terminate();
    const [running, ...others] = this.waiting.values();
    const checks = others.filter(({ message }) => message.kind === "check");
    const ended = others.filter((one) => !checks.includes(one));
    this.waiting = new Map(checks.map((one) => [one.message.id, one]));
    this.dispatchEvent(new Event("stopped"));
    for (const { done } of running ? [running, ...ended] : []) done({ stopped: true });
    this.listen(new Worker(this.about.worker, { type: "module" }));
    this.worker.postMessage({ kind: "start", about: this.about });
    for (const { message } of checks) this.worker.postMessage(message);
  }
}
