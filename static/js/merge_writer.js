// The merged text, as it grows token by token: the twin of core/merging/writer.py. Each token has a
// place in my text, in theirs or in both; null is no place.

const PARAGRAPH = 2; // line ends between two paragraphs

const place = (first, further) => (first === null ? null : first + further);
const lineEnds = (text) => text.split("\n").length - 1;

export class Writer {
  constructor(words) {
    this.words = words;
    this.parts = [];
    this.length = 0;
    this.lineEnds = PARAGRAPH; // at the end so far; the beginning counts as a paragraph's
    this.held = null; // blanks after a paragraph was asked for
    this.last = null;
    this.at = [null, null];
    this.written = null;
  }

  // Append tokens `start` to `end` of `text`; `mine` and `theirs` are the first's places.
  write(text, start, end, mine, theirs) {
    let at = start;
    while (at < end && (at === start || this.held !== null)) {
      const places = [place(mine, at - start), place(theirs, at - start)];
      this.writeOne(text.tokens[at], text.ids[at], places);
      at += 1;
    }
    if (at === end) return;
    const { isSpace } = this.words;
    let firstSaid = at;
    while (firstSaid < end && isSpace[text.ids[firstSaid]]) firstSaid += 1;
    let lastSaid = end - 1;
    while (lastSaid >= firstSaid && isSpace[text.ids[lastSaid]]) lastSaid -= 1;
    const says = firstSaid < end;
    if (says) {
      const begin = this.length + text.text(at, firstSaid).length;
      this.extendRange(begin, this.length + text.text(at, lastSaid + 1).length);
    }
    this.put(text.text(at, end));
    const after = says ? lastSaid + 1 : at;
    let ends = 0;
    for (let token = after; token < end; token += 1) if (text.tokens[token] === "\n") ends += 1;
    this.lineEnds = ends + (says ? 0 : this.lineEnds);
    this.last = text.ids[end - 1];
    this.at = [place(mine, end - 1 - start), place(theirs, end - 1 - start)];
  }

  // Start a new paragraph with what follows. Calling it again changes nothing.
  beginParagraph() {
    if (this.held === null) this.held = [];
  }

  // Forget the range written so far.
  beginRange() {
    this.written = null;
  }

  // Where what was written since `beginRange` begins and ends, without blanks.
  range() {
    return this.written ?? [this.length, this.length];
  }

  text() {
    return [...this.parts, ...(this.held ?? [])].join("");
  }

  writeOne(token, number, places) {
    const isSpace = this.words.isSpace[number];
    if (this.held !== null) {
      if (isSpace) {
        this.held.push(token);
        return;
      }
      this.put(this.betweenParagraphs(this.held.join("")));
      this.held = null;
    } else if (this.isSeam(number, places)) this.put(" ");
    if (!isSpace) this.extendRange(this.length, this.length + token.length);
    this.put(token);
    if (!isSpace) this.lineEnds = 0;
    else if (this.words.isBreak(number)) this.lineEnds += 1;
    this.last = number;
    this.at = places;
  }

  extendRange(start, end) {
    this.written = [this.written ? this.written[0] : start, end];
  }

  // Whether neither text has this token after the last one, and both need a space.
  isSeam(number, places) {
    if (this.last === null) return false;
    const follows = (last, now) => last !== null && now === last + 1;
    if (follows(this.at[0], places[0]) || follows(this.at[1], places[1])) return false;
    return this.words.needsSpace(this.last, number);
  }

  // The blanks, with the line ends that are missing between two paragraphs.
  betweenParagraphs(blanks) {
    const missing = "\n".repeat(Math.max(0, PARAGRAPH - this.lineEnds - lineEnds(blanks)));
    if (missing && !blanks.includes("\n") && !this.lineEnds) return missing;
    return missing + blanks;
  }

  put(text) {
    this.parts.push(text);
    this.length += text.length;
  }
}
