// Nothing typed is lost: every form[data-draft-key] is kept in this browser until the server says
// that it was saved, by the cookie `draft_saved` (core/drafts.py).
(() => {
  const PREFIX = "draft:";
  const COOKIE = "draft_saved";
  const DAYS_KEPT = 30;
  const forms = new Map(); // form → { key, server, offered, leaving, timer }

  const storage = {
    read(key) {
      try {
        return JSON.parse(localStorage.getItem(PREFIX + key));
      } catch {
        return null; // storage is closed to us, or holds something that is not ours
      }
    },
    write(key, draft) {
      try {
        localStorage.setItem(PREFIX + key, JSON.stringify(draft));
      } catch {
        // Full or closed: the warning before leaving still protects the text.
      }
    },
    remove(key) {
      try {
        localStorage.removeItem(PREFIX + key);
      } catch {
        // as above
      }
    },
  };

  const kept = (field) => field.name && !/^(hidden|file|password|submit|button)$/.test(field.type);

  // A form may have several boxes, or radio buttons, of one name: each is a choice of its own.
  const boxes = (field) => field.type === "checkbox" || field.type === "radio";
  const nameOf = (field) => (boxes(field) ? `${field.name}=${field.value}` : field.name);

  const read = (form, valueOf) => {
    const values = {};
    for (const field of form.elements) if (kept(field)) values[nameOf(field)] = valueOf(field);
    return values;
  };

  const chosen = (field, isChosen) =>
    JSON.stringify([...field.options].filter(isChosen).map((option) => option.value));

  const typed = (form) =>
    read(form, (field) => {
      if (boxes(field)) return field.checked;
      if (field.type === "select-multiple") return chosen(field, (option) => option.selected);
      return field.value;
    });

  // The form as the server sent it. A reload, or going back, may have put in what was typed before
  // this script runs (Firefox does): the values that fields have then are not the server's.
  const sent = (form) =>
    read(form, (field) => {
      if (boxes(field)) return field.defaultChecked;
      if (field.type === "select-multiple") return chosen(field, (option) => option.defaultSelected);
      if (field.type === "select-one") {
        const options = [...field.options];
        const selected = options.filter((option) => option.defaultSelected).pop();
        return (selected ?? options.find((option) => !option.disabled))?.value ?? "";
      }
      if (field.type === "textarea") return field.defaultValue;
      const fresh = document.createElement("input"); // reads a value as a field of this type does
      fresh.type = field.type;
      fresh.value = field.defaultValue;
      return fresh.value;
    });

  const same = (one, other) => {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => one[name] === other[name]);
  };

  const clock = (at) => {
    const when = new Date(at);
    const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    const today = when.toDateString() === new Date().toDateString();
    return today ? time : `${time} on ${when.toLocaleDateString([], { day: "numeric", month: "long" })}`;
  };

  const dirty = (form, state) =>
    state.server === null ? true : !same(typed(form), state.server);

  const keep = (form) => {
    const state = forms.get(form);
    if (!state || !form.isConnected) return;
    if (!dirty(form, state)) {
      if (state.offered) storage.write(state.key, state.offered);
      else storage.remove(state.key);
      return;
    }
    storage.write(state.key, {
      at: new Date().toISOString(),
      version: form.elements.version?.value,
      values: typed(form),
      previous: state.offered, // not decided about yet: offered again after this one
    });
  };

  const restore = (form, draft) => {
    for (const field of form.elements) {
      const value = kept(field) ? draft.values[nameOf(field)] : undefined;
      if (value === undefined) continue;
      if (boxes(field)) field.checked = value;
      else if (field.type === "select-multiple") {
        const values = JSON.parse(value);
        for (const option of field.options) option.selected = values.includes(option.value);
      } else field.value = value;
    }
    // It was written upon that version: if somebody saved since, both texts will be shown.
    if (form.elements.version && draft.version) form.elements.version.value = draft.version;
    form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const button = (text, look, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn btn-sm ${look}`;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  const offer = (form, state, draft) => {
    state.offered = draft;
    const bar = document.createElement("div");
    bar.className = "alert alert-info draft-offer";
    bar.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = `You have unsaved text from ${clock(draft.at)}.`;
    const done = () => {
      state.offered = null;
      bar.remove();
    };
    bar.append(
      words,
      button("Restore", "btn-primary", () => {
        restore(form, draft);
        done();
        keep(form);
      }),
      button("Discard", "", () => {
        done();
        keep(form);
        if (draft.previous) offer(form, state, draft.previous);
      }),
    );
    form.prepend(bar);
  };

  const watch = (form) => {
    if (forms.has(form)) return;
    const unsaved = "unsaved" in form.dataset; // sent, but refused: the text is not on the server
    const server = unsaved ? null : sent(form);
    const state = { key: form.dataset.draftKey, server, offered: null };
    forms.set(form, state);
    const draft = storage.read(state.key);
    const isThere = draft && same(draft.values, typed(form)); // the browser put it back already
    const isNews = draft && !isThere && !(server && same(draft.values, server));
    if (!unsaved && isNews) offer(form, state, draft);
    else if (!unsaved && isThere && draft.previous) offer(form, state, draft.previous);
    keep(form);
    const later = () => {
      clearTimeout(state.timer);
      state.timer = setTimeout(() => keep(form), 400);
    };
    for (const event of ["input", "change", "keyup"]) form.addEventListener(event, later);
    form.addEventListener("submit", () => {
      keep(form);
      state.leaving = true;
      setTimeout(() => (state.leaving = false), 10_000); // a request that never came back
    });
    form.querySelector("[data-cancel]")?.addEventListener("click", () => {
      keep(form);
      state.leaving = true;
    });
  };

  const savedKey = () => {
    const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${COOKIE}=`));
    if (!found) return null;
    document.cookie = `${COOKIE}=; Max-Age=0; Path=/; SameSite=Lax`;
    return decodeURIComponent(found.slice(COOKIE.length + 1).replaceAll('"', ""));
  };

  const say = (place) => {
    if (!place) return;
    document.querySelectorAll(".saved-note").forEach((note) => note.remove());
    const note = document.createElement("span");
    note.className = "saved-note";
    note.setAttribute("role", "status");
    note.textContent = `Saved ${clock(new Date())}`;
    (place.querySelector(".part-head, .card-header, .incident-head") ?? place).append(note);
  };

  const letGoOfSaved = (place) => {
    const key = savedKey();
    if (!key) return;
    for (const [form, state] of forms) {
      if (state.key !== key) continue;
      clearTimeout(state.timer);
      forms.delete(form);
    }
    storage.remove(key);
    say(place);
  };

  const letGoOfOld = () => {
    const oldest = Date.now() - DAYS_KEPT * 24 * 3600 * 1000;
    try {
      for (const name of Object.keys(localStorage)) {
        if (!name.startsWith(PREFIX)) continue;
        const draft = storage.read(name.slice(PREFIX.length));
        if (!draft || new Date(draft.at) < oldest) localStorage.removeItem(name);
      }
    } catch {
      // storage is closed to us
    }
  };

  const look = () => {
    for (const form of forms.keys()) if (!form.isConnected) forms.delete(form);
    document.querySelectorAll("form[data-draft-key]").forEach(watch);
  };

  const anchored = () =>
    document.getElementById(location.hash.slice(1)) ?? document.querySelector("#incident-header, #messages");

  letGoOfOld();
  letGoOfSaved(anchored());
  look();
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target;
    const id = typeof target === "string" ? target.replace(/^#/, "") : target?.id;
    letGoOfSaved(id && document.getElementById(id));
    look();
  });
  window.addEventListener("beforeunload", (event) => {
    for (const [form, state] of forms) {
      if (!form.isConnected || state.leaving || !dirty(form, state)) continue;
      keep(form);
      event.preventDefault();
    }
  });
  window.addEventListener("pagehide", () => {
    for (const form of forms.keys()) keep(form);
  });
})();
