// What a student wrote, kept in this browser: written at each pause, never lost without a word.

const PAUSE = 400; // ms

export class Store extends EventTarget {
  constructor(lab) {
    super();
    this.lab = lab;
    this.key = `labkit ${lab}`;
    this.problem = "";
    this.elsewhere = false;
    this.unsaved = false;
    this.value = this.read();
    this.meet();
    addEventListener("pagehide", () => {
      this.save();
      if (!this.elsewhere) this.channel.postMessage("gone");
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    addEventListener("beforeunload", (event) => {
      this.save();
      if (this.unsaved) event.preventDefault();
    });
  }

  read() {
    try {
      localStorage.setItem(`${this.key} probe`, "1");
      localStorage.removeItem(`${this.key} probe`);
    } catch {
      this.problem = "This browser keeps nothing (a private window, or its storage is full or forbidden): download your work before you close this page.";
    }
    let kept = null;
    try {
      kept = localStorage.getItem(this.key);
      return JSON.parse(kept) ?? {};
    } catch {
      if (kept === null) return {};
      localStorage.setItem(`${this.key} unreadable`, kept);
      this.problem = `What this browser kept of this lab cannot be read; it is put aside as “${this.key} unreadable” in the browser's local storage.`;
      return {};
    }
  }

  later() {
    if (this.elsewhere) return;
    this.unsaved = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  save() {
    if (!this.unsaved || this.elsewhere) return;
    clearTimeout(this.timer);
    const before = this.problem;
    try {
      localStorage.setItem(this.key, JSON.stringify(this.value));
      this.unsaved = false;
      this.problem = "";
    } catch {
      this.problem = "Your work could not be kept in this browser (its storage is full or forbidden): download it before you close this page.";
    }
    if (this.problem !== before) this.dispatchEvent(new Event("changed"));
  }

  // Two tabs would overwrite each other: one of them writes, the other says so.
  meet() {
    this.channel = new BroadcastChannel(this.key);
    this.channel.onmessage = ({ data }) => {
      if (data === "anyone" && !this.elsewhere) this.channel.postMessage("here");
      if (this.elsewhere && ["gone", "anyone"].includes(data)) {
        this.alone = data === "gone"; // until a tab opens, as one does that is loaded again
        this.dispatchEvent(new Event("changed"));
      }
      if (data === "mine" || (data === "here" && !this.owner)) this.give();
    };
    this.channel.postMessage("anyone");
    setTimeout(() => (this.owner = !this.elsewhere), 1000);
    this.hold();
  }

  // A tab that is busy or asleep does not answer in time, but it holds the lock (where the page is served safely).
  // After a reload the page's own old one may be let go a moment later.
  hold(tries = 3) {
    const steal = history.state === "taken"; // before this page was loaded again
    history.replaceState(null, "");
    const held = (lock) => {
      if (lock) return new Promise((done) => (this.letGo = done));
      return tries ? void setTimeout(() => this.hold(tries - 1), 200) : this.give();
    };
    navigator.locks?.request(this.key, steal ? { steal } : { ifAvailable: true }, held).catch(() => this.give());
  }

  give() {
    if (!this.elsewhere) this.save();
    this.letGo?.();
    this.owner = this.alone = false;
    this.elsewhere = true;
    this.dispatchEvent(new Event("changed"));
  }

  /** The page begins again with what the other tab kept last; until then nothing is written here. */
  take() {
    this.channel.postMessage("mine");
    history.replaceState("taken", "");
    setTimeout(() => location.reload(), 200);
  }
}
