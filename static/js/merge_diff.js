// The changes from one text to another, over tokens, in bounded time: the twin of
// core/merging/diff.py. Nothing here depends on the machine's speed.
import { diffMain } from "../vendor/diff-match-patch.js";

const MOST_DIFFERENT = 60_000;
const SURROGATES = 0xd800;
const SURROGATE_COUNT = 0x800;
const STEPS_EACH = 10;
const STEPS_POOL = 400_000;
const MOST_TOKENS = 500_000;
const LARGE = 2_000;
const DEEPEST = 6;

// A change: tokens `start` to `end` of the base became tokens `first` to `last` of the other text.
export const hunk = (start, end, first, last) => ({ start, end, first, last });
export const removes = (change) => change.end > change.start;
export const inserts = (change) => change.last > change.first;
export const replaces = (change) => removes(change) && inserts(change);

// The changes from `base` to `other`, both numbers of `words`, in order, with equal tokens between
// each two.
export const changes = (base, other, words) => new Comparison(base, other, words).hunks();

// A deadline that counts rounds of the library's search instead of milliseconds. The library asks
// in each round whether the time is past it.
class Countdown {
  constructor(rounds) {
    this.rounds = rounds;
    this.left = rounds;
  }

  valueOf() {
    this.left -= 1;
    return this.left < 0 ? -Infinity : Infinity;
  }

  get used() {
    return this.rounds - Math.max(this.left, 0);
  }
}

class Comparison {
  constructor(base, other, words) {
    this.base = base;
    this.other = other;
    this.words = words;
    this.pool = STEPS_POOL;
  }

  hunks() {
    const whole = this.trimmed(hunk(0, this.base.length, 0, this.other.length));
    if (this.base.length + this.other.length > MOST_TOKENS) {
      return removes(whole) || inserts(whole) ? [whole] : [];
    }
    return this.slidLeft(this.joined(this.split(this.backToSpace(whole), DEEPEST)));
  }

  split(part, deepest) {
    return this.betweenWords(part).flatMap((each) => this.changesIn(this.trimmed(each), deepest));
  }

  changesIn(part, deepest) {
    if (!replaces(part)) return removes(part) || inserts(part) ? [part] : [];
    if (deepest && part.end - part.start + part.last - part.first > LARGE) {
      const parts = this.betweenLines(part);
      if (parts.length > 1) return parts.flatMap((each) => this.split(each, deepest - 1));
    }
    return this.searched(part);
  }

  trimmed({ start, end, first, last }) {
    const { base, other } = this;
    while (start < end && first < last && base[start] === other[first]) {
      start += 1;
      first += 1;
    }
    while (start < end && first < last && base[end - 1] === other[last - 1]) {
      end -= 1;
      last -= 1;
    }
    return hunk(start, end, first, last);
  }

  // The part grown on both sides to the nearest white space.
  backToSpace(part) {
    if (!(removes(part) || inserts(part))) return part;
    let { start, end, first, last } = part;
    const { isSpace } = this.words;
    while (start > 0 && !isSpace[this.base[start - 1]]) {
      start -= 1;
      first -= 1;
    }
    while (end < this.base.length && !isSpace[this.base[end]]) {
      end += 1;
      last += 1;
    }
    return hunk(start, end, first, last);
  }

  betweenWords({ start, end, first, last }) {
    const here = this.base.slice(start, end);
    const there = this.other.slice(first, last);
    const parts = [];
    let at = start;
    let met = first;
    for (const [anchor, other] of anchors(here, there, (id) => this.words.isWord[id])) {
      parts.push(hunk(at, start + anchor, met, first + other));
      at = start + anchor + 1;
      met = first + other + 1;
    }
    parts.push(hunk(at, end, met, last));
    return parts;
  }

  betweenLines({ start, end, first, last }) {
    const here = this.lines(this.base, start, end);
    const there = this.lines(this.other, first, last);
    const parts = [];
    for (const [anchor, met] of anchors(units(this.base, here), units(this.other, there))) {
      parts.push(hunk(start, here[anchor], first, there[met]));
      start = here[anchor + 1];
      first = there[met + 1];
    }
    parts.push(hunk(start, end, first, last));
    return parts;
  }

  // The changes in a part: by tokens, else by lines, else the whole of it.
  searched(part) {
    const { start, end, first, last } = part;
    const found = this.search(this.base.slice(start, end), this.other.slice(first, last));
    if (found) {
      return found.map((one) =>
        hunk(one.start + start, one.end + start, one.first + first, one.last + first),
      );
    }
    const here = this.lines(this.base, start, end);
    const there = this.lines(this.other, first, last);
    const byLine = this.search(units(this.base, here), units(this.other, there));
    if (!byLine) return [part];
    return byLine.map((one) =>
      this.trimmed(hunk(here[one.start], here[one.end], there[one.first], there[one.last])),
    );
  }

  // Where each line between `start` and `end` begins, and `end`.
  lines(text, start, end) {
    const found = [start];
    for (let at = start; at < end - 1; at += 1) {
      if (this.words.isBreak(text[at])) found.push(at + 1);
    }
    found.push(end);
    return found;
  }

  // The changes between two sequences; null where finding them takes too long.
  search(here, there) {
    const letters = new Map();
    for (const unit of here) if (!letters.has(unit)) letters.set(unit, letter(letters.size));
    for (const unit of there) if (!letters.has(unit)) letters.set(unit, letter(letters.size));
    if (letters.size > MOST_DIFFERENT) return null;
    const size = here.length + there.length;
    const along = Math.floor(size / 8);
    const countdown = new Countdown(rounds(STEPS_EACH * size + this.pool, along));
    const written = (units) => units.map((unit) => letters.get(unit)).join("");
    const found = diffMain(written(here), written(there), { diffTimeout: 0 }, false, countdown);
    const spent = countdown.used * (countdown.used + along);
    this.pool -= Math.max(0, spent - STEPS_EACH * size);
    if (countdown.left < 0 && found.every(([operation]) => operation !== 0)) return null;
    return hunksOf(found);
  }

  // Replacements that only white space separates are one change of a phrase.
  joined(hunks) {
    const joined = [];
    for (const one of hunks) {
      const last = joined.at(-1);
      if (last && replaces(last) && replaces(one) && this.isBlank(last.end, one.start)) {
        joined[joined.length - 1] = hunk(last.start, one.end, last.first, one.last);
      } else joined.push(one);
    }
    return joined;
  }

  isBlank(start, end) {
    for (let at = start; at < end; at += 1) if (!this.words.isSpace[this.base[at]]) return false;
    return true;
  }

  // What is only inserted or only removed, as far to the left as it says the same.
  slidLeft(hunks) {
    const slid = [];
    for (const one of hunks) {
      let { start, end, first, last } = one;
      const floor = slid.length ? slid.at(-1).end + 1 : 0;
      while (!replaces(one) && start > floor) {
        const moving = inserts(one) ? this.other[last - 1] : this.base[end - 1];
        if (this.base[start - 1] !== moving) break;
        start -= 1;
        end -= 1;
        first -= 1;
        last -= 1;
      }
      slid.push(hunk(start, end, first, last));
    }
    return slid;
  }
}

// Each line as one value: lines that are equal have equal values.
function units(text, lines) {
  const found = [];
  for (let line = 0; line + 1 < lines.length; line += 1) {
    found.push(text.slice(lines[line], lines[line + 1]).join(","));
  }
  return found;
}

// The character that stands for the token `number`: none is NUL or a surrogate.
function letter(number) {
  const code = number + 1;
  return String.fromCharCode(code < SURROGATES ? code : code + SURROGATE_COUNT);
}

// How many rounds of a search cost `steps` at most.
function rounds(steps, along) {
  return Math.max(1, Math.floor((integerRoot(along * along + 4 * steps) - along) / 2));
}

function integerRoot(value) {
  let root = Math.floor(Math.sqrt(value));
  while (root * root > value) root -= 1;
  while ((root + 1) * (root + 1) <= value) root += 1;
  return root;
}

// The changes that the library found, those that touch as one.
function hunksOf(found) {
  const hunks = [];
  let at = 0;
  let met = 0;
  for (const [operation, text] of found) {
    let start = at;
    let first = met;
    if (operation <= 0) at += text.length;
    if (operation >= 0) met += text.length;
    if (operation === 0) continue;
    const last = hunks.at(-1);
    if (last && last.end === start && last.last === first) {
      start = last.start;
      first = last.first;
      hunks.pop();
    }
    hunks.push(hunk(start, at, first, met));
  }
  return hunks;
}

// Where both sequences have what each has once, as far as it is in the same order.
function anchors(here, there, isEligible = () => true) {
  const once = (sequence) => {
    const places = new Map();
    sequence.forEach((unit, at) => places.set(unit, places.has(unit) ? -1 : at));
    return places;
  };
  const placesHere = once(here);
  const placesThere = once(there);
  const pairs = [];
  here.forEach((unit, at) => {
    const met = placesThere.get(unit);
    if (placesHere.get(unit) === at && met !== undefined && met >= 0 && isEligible(unit)) {
      pairs.push([at, met]);
    }
  });
  return longestIncreasing(pairs);
}

// The longest chain of pairs, sorted by the first, in which the second grows too.
function longestIncreasing(pairs) {
  const tails = [];
  const tailAt = [];
  const before = [];
  pairs.forEach(([, met], at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tails[middle] < met) low = middle + 1;
      else high = middle;
    }
    before.push(low ? tailAt[low - 1] : -1);
    tails[low] = met;
    tailAt[low] = at;
  });
  const chain = [];
  for (let at = tailAt.length ? tailAt.at(-1) : -1; at >= 0; at = before[at]) chain.push(pairs[at]);
  return chain.reverse();
}
