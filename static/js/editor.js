// Around the Markdown editor: images, the Tab key, and names offered while one types.
(() => {
  // Tab belongs to the keyboard's way through the page, not to the editor.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab" && event.target.matches?.(".markdownx-editor")) {
        event.stopImmediatePropagation();
      }
    },
    true,
  );

  // --- images: dropped, pasted or chosen ------------------------------------------------------

  // An image stands in a paragraph of its own.
  const insert = (editor, image) => {
    const before = editor.value.slice(0, editor.selectionStart);
    const after = editor.value.slice(editor.selectionEnd);
    const gap = (text) => (!text || text.endsWith("\n\n") ? "" : text.endsWith("\n") ? "\n" : "\n\n");
    const text = gap(before) + image + (after && !after.startsWith("\n") ? "\n\n" : "");
    editor.setRangeText(text, editor.selectionStart, editor.selectionEnd, "end");
    editor.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const reason = async (answer) => {
    if (answer.status === 401) {
      return "Your session has expired. Sign in again in another tab, then add the image again.";
    }
    if (answer.status === 413) return "The image is too large.";
    try {
      const problems = Object.values(await answer.json()).flat();
      return problems.join(" ") || "The image was not accepted.";
    } catch {
      return "The image was not accepted.";
    }
  };

  const upload = async (editor, file) => {
    const part = editor.closest(".markdownx");
    const note = part.querySelector("[data-upload-error]");
    const body = new FormData();
    body.append("image", file);
    body.append("csrfmiddlewaretoken", editor.form.elements.csrfmiddlewaretoken.value);
    note.textContent = "";
    part.classList.add("is-uploading");
    try {
      const answer = await fetch(editor.dataset.markdownxUploadUrlsPath, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      if (answer.ok) insert(editor, (await answer.json()).image_code);
      else note.textContent = await reason(answer);
    } catch {
      note.textContent = "The server cannot be reached. Try again in a moment.";
    } finally {
      part.classList.remove("is-uploading");
    }
  };

  const uploadAll = async (editor, files) => {
    for (const file of files) await upload(editor, file);
  };

  const editorThatTakesImages = (element) => {
    const editor = element.closest?.(".markdownx")?.querySelector(".markdownx-editor");
    return editor?.dataset.markdownxUploadUrlsPath ? editor : null;
  };

  for (const kind of ["paste", "drop"]) {
    document.addEventListener(
      kind,
      (event) => {
        const files = (event.clipboardData ?? event.dataTransfer)?.files;
        if (!files?.length || !event.target.matches?.(".markdownx-editor")) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        const editor = editorThatTakesImages(event.target);
        if (editor) uploadAll(editor, files);
      },
      true,
    );
  }
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-upload-file]")) return;
    const editor = editorThatTakesImages(event.target);
    uploadAll(editor, [...event.target.files]).then(() => (event.target.value = ""));
  });

  // --- several names in one field: offer names for the one being typed --------------------------

  const offered = new Map(); // the id of a datalist → the names it came with
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-names][list]") || !field.list) return;
    const list = field.list;
    if (!offered.has(list.id)) offered.set(list.id, [...list.options].map((option) => option.value));
    const written = field.value.split(",").slice(0, -1).map((name) => name.trim());
    const before = written.map((name) => `${name}, `).join("");
    const has = new Set(written.map((name) => name.toLowerCase()));
    list.replaceChildren(
      ...offered
        .get(list.id)
        .filter((name) => !has.has(name.toLowerCase()))
        .map((name) => new Option("", before + name)),
    );
  });

  // --- what only a script makes work, and where the writer's eyes should be ---------------------

  const ready = (root) => {
    root.querySelectorAll("[data-upload]").forEach((part) => (part.hidden = false));
  };
  ready(document);
  document.addEventListener("htmx:after:swap", (event) => {
    ready(document);
    const target = event.detail?.ctx?.target;
    const id = typeof target === "string" ? target.replace(/^#/, "") : target?.id;
    const form = id && document.getElementById(id)?.querySelector(".writing-form");
    if (!form) return;
    const wanted = ["[aria-invalid=true]", "[autofocus]", "textarea", "input:not([type=hidden])"];
    const first = wanted.map((one) => form.querySelector(one)).find(Boolean);
    first?.focus();
    if (first?.matches("textarea")) first.setSelectionRange(first.value.length, first.value.length);
  });
})();

// A request that failed is never silent: htmx leaves the page as it is, so we say why.
(() => {
  const REASONS = {
    403: "You do not have permission to do this.",
    404: "This no longer exists: it was removed or archived, or you no longer have permission to see it.",
    413: "This is too long to be saved.",
    429: "Too many requests in a short time. Wait a moment.",
    503: "This was not saved: the database or the disk is not available at the moment. Try again soon.",
  };

  const say = (source, words) => {
    const form = source?.closest?.("form");
    const place = form ?? document.getElementById("messages");
    place.querySelectorAll(".request-failed").forEach((note) => note.remove());
    const note = document.createElement("div");
    note.className = "alert alert-danger request-failed";
    note.setAttribute("role", "alert");
    note.textContent = form?.dataset.draftKey ? `${words} What you wrote is kept in this browser.` : words;
    place.prepend(note);
    note.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:response:error", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (response.status === 409 || response.status === 422) return; // answered with the form
    say(sourceElement, REASONS[response.status] ?? "The server could not do this. Try again in a moment.");
  });
  // Leaving a page ends its requests as if they had failed. That is no failure, so wait a moment to
  // see whether the page was left, and say nothing on a page that is shown again by going back.
  let isHidden = false;
  let departures = 0;
  window.addEventListener("pagehide", () => {
    isHidden = true;
    departures += 1;
  });
  window.addEventListener("pageshow", () => (isHidden = false));
  document.addEventListener("htmx:error", (event) => {
    const source = event.detail?.ctx?.sourceElement;
    if (!source || isHidden) return;
    const before = departures;
    setTimeout(() => {
      if (before === departures) say(source, "The server cannot be reached. Try again in a moment.");
    }, 300);
  });
})();
