// A text area into which others write too: the caret, the selection, the scroll position and the
// browser's own undo survive what is merged into it.
import { carried } from "./merge.js";

const MOST_PARTS = 20;

// Where the first and the last difference are.
function difference(before, after) {
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { start, end: before.length - end, text: after.slice(start, after.length - end) };
}

// The differences line by line, from the last to the first, each as a range of `before` and a text.
function differences(before, after) {
  const whole = difference(before, after);
  const old = before.slice(whole.start, whole.end).split("\n");
  const now = whole.text.split("\n");
  if (old.length !== now.length || old.length > MOST_PARTS) return [whole];
  const found = [];
  let at = whole.start;
  old.forEach((line, index) => {
    if (line !== now[index]) {
      const part = difference(line, now[index]);
      found.unshift({ start: at + part.start, end: at + part.end, text: part.text });
    }
    at += line.length + 1;
  });
  return found;
}

// Put `text` into the field. Only in the focused field is there an undo to keep, and only there
// does a command write where it should.
export function show(field, text) {
  const before = field.value;
  if (before === text) return;
  const scroll = field.scrollTop;
  const [start, end] = carried(before, text, [field.selectionStart, field.selectionEnd]);
  const direction = field.selectionDirection;
  if (document.activeElement === field && !field.readOnly) {
    const page = [window.scrollX, window.scrollY];
    for (const part of differences(before, text)) {
      field.setSelectionRange(part.start, part.end);
      document.execCommand(part.text ? "insertText" : "delete", false, part.text);
    }
    window.scrollTo(...page);
  }
  if (field.value !== text) field.value = text;
  field.setSelectionRange(start, end, direction);
  field.scrollTop = scroll;
}
