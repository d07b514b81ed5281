// What was typed and is not yet saved, kept in this browser: one entry for each person, section and
// page load. A page that was closed, or that crashed, leaves its entry behind for the next one.
const PREFIX = "live:";
const DAYS_KEPT = 30;
const EARLIER = 5; // earlier texts kept in an entry, for a person to look at

const nameOf = (owner, tab) => `${PREFIX}${owner} ${tab}`;

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null; // storage is closed to us, or holds something that is not ours
  }
}

function remove(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // closed to us
  }
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

// Keep the state of a tab; returns false if the browser has no room for it, or refuses.
export function keep(owner, state) {
  const name = nameOf(owner, state.tab);
  const before = read(name);
  const earlier = before?.earlier ?? [];
  if (before && before.field !== state.field && !state.field.startsWith(before.field)) {
    earlier.push({ at: before.at, text: before.field });
  }
  const entry = { ...state, at: Date.now() };
  for (const kept of [earlier.slice(-EARLIER), []]) {
    try {
      localStorage.setItem(name, JSON.stringify({ ...entry, earlier: kept }));
      return true;
    } catch {
      // Full: try once more without the earlier texts.
    }
  }
  return false;
}

export const forget = (owner, tab) => remove(nameOf(owner, tab));
export const isKept = (owner, tab) => read(nameOf(owner, tab)) !== null;

// The states that other page loads left for this owner, the oldest first. `owner` names the person
// and the section.
export function left(owner, isOpen) {
  const found = [];
  for (const name of names()) {
    const state = read(name);
    if (!state || Date.now() - state.at > DAYS_KEPT * 24 * 3600 * 1000) remove(name);
    else if (name.startsWith(nameOf(owner, "")) && !isOpen(state.tab)) found.push(state);
  }
  return found.sort((one, other) => one.at - other.at);
}

// Which tabs of this browser are open: each answers for its own.
const channel = "BroadcastChannel" in window ? new BroadcastChannel("nevertwice-live") : null;
const own = new Set();
const heard = new Set();

channel?.addEventListener("message", ({ data }) => {
  if (data === "who?") channel.postMessage([...own]);
  else if (Array.isArray(data)) data.forEach((tab) => heard.add(tab));
});

export const announce = (tab) => own.add(tab);

// Ask the other pages, and resolve with a function that knows the tabs that are open.
export async function openTabs() {
  heard.clear();
  channel?.postMessage("who?");
  await new Promise((resolve) => setTimeout(resolve, 300));
  return (tab) => own.has(tab) || heard.has(tab);
}
