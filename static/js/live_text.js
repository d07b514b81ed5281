// Sections that several people write at once. Every textarea[data-live-text] is saved as one types,
// and shows what others write; docs/writing.md tells how. Pages follow it by data-live-state on the
// field and by the events live:state, live:clashes (on the field) and live:page (on the document).
import { show } from "./live_field.js";
import { LiveSection, newTab, recover } from "./live_section.js";
import * as store from "./live_store.js";

const POLL = 2_500;
const POLL_SHARED = 1_500; // while others are there
const POLL_HIDDEN = 15_000;
const POLL_LATEST = 30_000;
const TIMEOUT = 20_000;

const token = () => {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  return cookie?.slice(10) ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
};

const element = document.querySelector("[data-live-page]");
const person = Number(element?.dataset.livePerson);

async function post(url, body, { keepalive = false } = {}) {
  const answer = await fetch(url, {
    method: "POST",
    keepalive,
    signal: keepalive ? undefined : AbortSignal.timeout(TIMEOUT),
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-Requested-With": "XMLHttpRequest",
      "X-CSRFToken": token(),
    },
    body: JSON.stringify({ ...body, person }),
  });
  let read = null;
  try {
    read = await answer.json();
  } catch {
    // A proxy's page, or the end of the connection: the status says enough.
  }
  if (answer.ok && read === null) throw new Error("No answer.");
  return { status: answer.status, body: read };
}

// Do something that no other page does at the same time, as far as the browser knows about locks.
const alone = (name, act) =>
  navigator.locks ? navigator.locks.request(`nevertwice-live ${name}`, act) : act();

const clock = (at) =>
  new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

const WORDS = {
  saving: () => null, // too brief to be read out
  saved: (detail) => `Saved ${clock(detail?.at ?? Date.now())}`,
  heard: () => null,
  offline: () => "Offline, kept in this browser",
  "signed-out": () => "Signed out, kept in this browser: sign in again in another tab",
  "too-long": (detail) => detail?.message ?? "Too long to be saved",
  refused: (detail) => `Not saved, kept in this browser. ${detail?.message ?? ""}`.trim(),
  gone: () => "Somebody removed this section. Your text is kept.",
  unkept: () => "This browser cannot keep a copy: stay on the page until it is saved",
};

class Field {
  constructor(page, area) {
    this.page = page;
    this.area = area;
    this.key = Number(area.dataset.liveSection);
    this.form = area.form;
    this.title = this.form?.querySelector("[data-live-title]") ?? null;
    this.status = this.form?.querySelector("[data-live-status]") ?? null;
    this.composing = false;
    this.applying = false;
    // What the browser put back after a reload was written on another version.
    area.value = area.defaultValue;
    if (this.title) this.title.value = this.title.defaultValue;
    const tab = newTab();
    store.announce(tab);
    this.section = new LiveSection({
      owner: `${person} ${area.dataset.liveText}`,
      url: area.dataset.liveText,
      post,
      view: this,
      state: {
        tab,
        base: Number(area.dataset.liveVersion),
        shadow: area.value,
        field: area.value,
        title: this.title?.value ?? null,
        shadowTitle: this.title?.value ?? "",
      },
    });
    this.listen();
    this.recoverLeft();
  }

  listen() {
    const typed = () => {
      if (!this.applying && !this.composing) this.typed();
    };
    for (const field of [this.area, this.title].filter(Boolean)) {
      field.addEventListener("input", typed);
      field.addEventListener("compositionstart", () => (this.composing = true));
      field.addEventListener("compositionend", () => {
        this.composing = false;
        this.typed();
        this.section.composed();
      });
      field.addEventListener("blur", () => this.section.saveNow());
      field.addEventListener("keydown", (event) => {
        const isSave = (event.ctrlKey || event.metaKey) && ["s", "Enter"].includes(event.key);
        if (!isSave) return;
        event.preventDefault();
        this.typed();
        this.section.saveNow();
      });
    }
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.section.saveNow();
    });
    for (const button of this.form?.querySelectorAll("[data-live-save]") ?? []) button.hidden = true;
  }

  typed() {
    this.section.typed(this.area.value, this.title?.value ?? null);
  }

  async recoverLeft() {
    const { owner, url } = this.section;
    const isOpen = await store.openTabs();
    for (const state of store.left(owner, isOpen)) {
      const became = await alone(state.tab, () => {
        const isLeft = store.isKept(owner, state.tab); // else another page has just done it
        return isLeft ? recover({ owner, url, post, state }) : "saved";
      });
      if (became === "refused" || became === "too-long") {
        this.area.dispatchEvent(new CustomEvent("live:left", { bubbles: true, detail: state }));
      }
      this.page.soon();
    }
  }

  // --- what the section shows ---

  isComposing() {
    return this.composing;
  }

  isShared() {
    return this.page.isShared;
  }

  show(text, title) {
    this.applying = true;
    show(this.area, text);
    if (this.title && title !== null && this.title.value !== title) show(this.title, title);
    this.area.dispatchEvent(new Event("input", { bubbles: true })); // for the preview
    this.applying = false;
  }

  tell(state, detail) {
    this.form?.elements.version?.setAttribute("value", this.section.state.base);
    if (detail?.clashes) this.tellClashes(detail.clashes);
    if (state === "heard") return;
    if (state !== "unkept") this.area.dataset.liveState = state;
    if (state === "saved") this.area.dataset.liveSavedAt = detail?.at ?? new Date().toISOString();
    const words = WORDS[state](detail);
    if (this.status && words !== null && this.status.textContent !== words) {
      this.status.textContent = words;
    }
    this.area.dispatchEvent(
      new CustomEvent("live:state", { bubbles: true, detail: { state, words, ...detail } }),
    );
  }

  tellClashes(clashes) {
    const key = JSON.stringify(clashes);
    if (key === (this.clashes ?? "[]")) return;
    this.clashes = key;
    this.area.dataset.liveClashes = clashes.length;
    this.area.dispatchEvent(new CustomEvent("live:clashes", { bubbles: true, detail: clashes }));
  }
}

class Page {
  constructor(element) {
    this.url = element.dataset.livePage;
    this.revision = Number(element.dataset.liveRevision);
    this.tab = newTab();
    this.fields = new Map();
    this.isPolling = false;
    this.isShared = false;
    this.failures = 0;
    this.look();
    document.addEventListener("visibilitychange", () => this.soon());
    window.addEventListener("online", () => this.retry());
    window.addEventListener("focus", () => this.retry());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("beforeunload", (event) => {
      const unsaved = [...this.fields.values()].filter(({ section }) => !section.isSaved);
      for (const { section } of unsaved) {
        section.keep();
        section.saveNow();
        if (!store.isKept(section.owner, section.state.tab)) event.preventDefault();
      }
    });
    this.soon();
  }

  // The fields on the page now; those that came later as well.
  look() {
    for (const [area] of this.fields) if (!area.isConnected) this.fields.delete(area);
    for (const area of document.querySelectorAll("textarea[data-live-text]")) {
      if (!this.fields.has(area)) this.fields.set(area, new Field(this, area));
    }
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), 50);
  }

  retry() {
    for (const { section } of this.fields.values()) section.saveNow();
    this.soon();
  }

  leave() {
    const body = { tab: this.tab, leaving: true };
    post(this.url, body, { keepalive: true }).catch(() => {});
  }

  async poll() {
    if (this.isPolling) return;
    this.isPolling = true;
    const askedAt = Date.now();
    try {
      const { status, body } = await post(this.url, this.question());
      if (status === 200) this.hear(body, askedAt);
      this.failures = status === 200 ? 0 : this.failures + 1;
    } catch {
      this.failures += 1;
    }
    this.isPolling = false;
    const open = this.isShared ? POLL_SHARED : POLL;
    const pause = document.hidden ? POLL_HIDDEN : open;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), Math.min(pause * 2 ** this.failures, POLL_LATEST));
  }

  question() {
    const fields = [...this.fields.values()];
    const focused = fields.find(({ area, title }) => [area, title].includes(document.activeElement));
    return {
      tab: this.tab,
      writing: true,
      section: focused?.key ?? null,
      versions: Object.fromEntries(fields.map(({ key, section }) => [key, section.state.base])),
      revision: this.revision,
    };
  }

  hear(answer, askedAt) {
    this.revision = answer.revision;
    this.isShared = answer.people.length > 0;
    const fields = [...this.fields.values()];
    for (const section of answer.sections) {
      fields.find(({ key }) => key === section.id)?.section.hear(section, askedAt);
    }
    for (const { key, section } of fields) {
      if (answer.removed.includes(key) && !section.state.sent && !section.isStopped) section.gone();
    }
    document.dispatchEvent(new CustomEvent("live:page", { detail: answer }));
  }
}

if (element) {
  const page = new Page(element);
  document.addEventListener("htmx:after:swap", () => page.look());
}
