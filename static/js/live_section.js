// One section of one page load, as docs/writing.md describes the protocol: one request at a time,
// repeated until it is answered, and nothing leaves the browser's store before that.
import { carried, codePoints, merge } from "./merge.js";
import * as store from "./live_store.js";

const SAVE_AFTER = 600; // milliseconds without a key
const SAVE_LATEST = 1_800;
const SAVE_LATEST_SHARED = 900; // while others are there
const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;

const CRC = Uint32Array.from({ length: 256 }, (_, at) => {
  for (let bit = 0; bit < 8; bit += 1) at = at & 1 ? (at >>> 1) ^ 0xedb88320 : at >>> 1;
  return at;
});

// The CRC-32 of a text in UTF-8, by which the server knows that it has the same base.
export function checksum(text) {
  let sum = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) sum = CRC[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

export const newTab = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID asks for https
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

// `post(url, body)` resolves with { status, body }, and rejects where nothing was answered.
// `view` shows what happens: `show(text, title)`, `tell(state, detail)`, `isComposing()`,
// `isShared()`.
export class LiveSection {
  constructor({ owner, url, post, view, state }) {
    Object.assign(this, { owner, url, post, view });
    this.state = { seq: 0, sent: null, clashes: [], ...state };
    this.retry = 0;
    this.timer = null;
    this.firstTyped = null;
    this.settledAt = 0;
    this.isStopped = false;
    this.waiting = null; // an answer that came while an input method was composing
    this.wasTooLong = null;
  }

  get isSaved() {
    const { sent, field, shadow } = this.state;
    return !sent && field === shadow && !this.isRetitled;
  }

  // Whether there is a new heading. An empty one is on its way to another.
  get isRetitled() {
    const { title, shadowTitle } = this.state;
    return title !== null && title.trim() !== "" && title.trim() !== shadowTitle.trim();
  }

  // What the person has typed by now.
  typed(field, title) {
    if (field === this.state.field && title === this.state.title) return;
    Object.assign(this.state, { field, title });
    this.keep();
    this.firstTyped ??= Date.now();
    const latest = this.view.isShared() ? SAVE_LATEST_SHARED : SAVE_LATEST;
    this.schedule(Math.max(0, Math.min(SAVE_AFTER, this.firstTyped + latest - Date.now())));
  }

  keep() {
    const isKept = store.keep(this.owner, { ...this.state, url: this.url });
    if (!isKept) this.view.tell("unkept");
  }

  schedule(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), delay);
  }

  // Save now, as far as nothing is on its way.
  saveNow() {
    this.retry = 0;
    return this.send();
  }

  async send() {
    clearTimeout(this.timer);
    if (this.isStopped || this.isSending || this.waiting || this.view.isComposing()) return;
    if (!this.state.sent && !this.begin()) return;
    this.isSending = true;
    this.view.tell("saving");
    let answer;
    try {
      answer = await this.post(this.url, this.state.sent);
    } catch {
      answer = { status: 0, body: null };
    }
    this.isSending = false;
    this.receive(answer);
  }

  // Make a request of what was typed; false if there is nothing to save.
  begin() {
    const { tab, base, shadow, field, title, shadowTitle, clashes } = this.state;
    if (this.isSaved && !clashes.length) return false;
    if (this.wasTooLong !== null && this.wasTooLong === field) return false;
    this.firstTyped = null;
    this.state.seq += 1;
    const found = clashes.map(({ text, start, end, ...passages }) => {
      const [first, last] = carried(text, field, [start, end]).map((at) => codePoints(field, at));
      return { start: first, end: Math.max(first, last), ...passages };
    });
    this.state.sent = { tab, seq: this.state.seq, base, sum: checksum(shadow), text: field };
    if (this.isRetitled) Object.assign(this.state.sent, { title, base_title: shadowTitle });
    if (found.length) this.state.sent.clashes = found;
    this.state.clashes = [];
    this.keep();
    return true;
  }

  receive({ status, body }) {
    const error = body?.error;
    if (status === 200) this.settle(body);
    else if (status === 410) this.gone();
    else if (error === "base_unknown" && this.state.sent.base_text === undefined) {
      this.state.sent.base_text = this.state.shadow;
      this.keep();
      this.send();
    } else if (status === 413) {
      this.wasTooLong = this.state.sent.text; // nothing was saved: another text may be sent
      this.state.sent = null;
      this.keep();
      this.view.tell("too-long", body);
    } else if (status === 401 || ["csrf", "other_person"].includes(error)) {
      this.later("signed-out", body);
    } else if (status === 0 || status >= 500 || status === 429) this.later("offline", body);
    else {
      this.isStopped = true; // the text stays in the field and in this browser
      this.view.tell("refused", body);
    }
  }

  later(state, body) {
    this.view.tell(state, body);
    this.retry = this.retry ? Math.min(this.retry * 2, LAST_RETRY) : FIRST_RETRY;
    this.schedule(this.retry * (0.75 + Math.random() / 2));
  }

  settle(answer) {
    const { sent } = this.state;
    if (!sent || answer.seq !== sent.seq) return;
    if (this.view.isComposing()) {
      this.waiting = () => this.settle(answer);
      return;
    }
    this.retry = 0;
    this.wasTooLong = null;
    this.rebase(sent.text, sent.title ?? this.state.shadowTitle, answer.text ?? sent.text, answer);
    this.state.sent = null;
    this.settledAt = Date.now();
    this.view.tell(this.isSaved ? "saved" : "saving", answer);
    this.settleStore();
  }

  // What others wrote, as a poll that was asked at `askedAt` tells.
  hear(section, askedAt) {
    if (this.state.sent || this.isStopped || section.version === this.state.base) return;
    if (askedAt < this.settledAt) return; // from before the last save
    if (this.view.isComposing()) return; // the next poll tells it again
    this.rebase(this.state.shadow, this.state.shadowTitle, section.text, section);
    this.view.tell("heard", section);
    this.settleStore();
  }

  // Merge `text` into the field, whose changes are relative to `from`.
  rebase(from, fromTitle, text, { version, title }) {
    const { state } = this;
    const merged = merge(from, state.field, text);
    for (const clash of merged.clashes) state.clashes.push({ text: merged.text, ...clash });
    let shownTitle = state.title;
    // The blank behind the last word, which the server leaves out, stays in the field.
    if (shownTitle?.trim() && title !== fromTitle.trim()) {
      shownTitle = merge(fromTitle, state.title, title).text.replaceAll("\n", " ");
    }
    Object.assign(state, { shadow: text, base: version, shadowTitle: title });
    const isNews = merged.text !== state.field || shownTitle !== state.title;
    Object.assign(state, { field: merged.text, title: shownTitle });
    if (isNews) this.view.show(merged.text, shownTitle);
  }

  settleStore() {
    if (this.isSaved && !this.state.clashes.length) store.forget(this.owner, this.state.tab);
    else {
      this.keep();
      this.schedule(SAVE_AFTER);
    }
  }

  // An input method has finished composing.
  composed() {
    const answer = this.waiting;
    this.waiting = null;
    answer?.();
    if (!this.isSaved) this.schedule(SAVE_AFTER);
  }

  // Somebody removed the section: the server keeps the words, the latest included.
  gone() {
    const { sent, field, shadow } = this.state;
    this.state.sent = null;
    if (!sent || sent.text !== field) {
      if (field !== shadow && this.begin()) {
        this.state.sent.base_text = shadow;
        this.send();
        return;
      }
    } else store.forget(this.owner, this.state.tab);
    this.isStopped = true;
    this.view.tell("gone");
  }
}

// A view that nobody sees, for words that another page load left behind.
const hidden = (done) => ({
  show() {},
  isComposing: () => false,
  isShared: () => false,
  tell(state) {
    if (["saved", "gone", "refused", "too-long"].includes(state)) done(state);
  },
});

// Save what an earlier page load left, under its own number, so that nothing is saved twice.
export function recover({ owner, url, post, state }) {
  return new Promise((resolve) => {
    const section = new LiveSection({ owner, url, post, state, view: hidden(resolve) });
    if (section.isSaved) {
      store.forget(owner, state.tab);
      resolve("saved");
    } else section.send();
  });
}
