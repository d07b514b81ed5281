// Two people's changes to one text, merged by their positions in the text both began with: the twin
// of core/merging, which tests/core/merge_cases.json compares with this. Positions count UTF-16
// units; `codePoints` and `units` convert them.
import { changes, hunk, inserts, removes } from "./merge_diff.js";
import { Vocabulary, withPlainLineEnds } from "./merge_tokens.js";
import { Writer } from "./merge_writer.js";

// Both changes to `base` in one text, with the passages that both changed.
export function merge(base, mine, theirs) {
  [base, mine, theirs] = [base, mine, theirs].map(withPlainLineEnds);
  if (mine === base || mine === theirs) return { text: theirs, clashes: [] };
  if (theirs === base) return { text: mine, clashes: [] };
  const words = new Vocabulary();
  const cut = words.cut(base);
  const [ours, others] = [mine, theirs].map((text) => {
    const other = words.cut(text);
    return new Side(cut, other, changes(cut.ids, other.ids, words));
  });
  const moved = aligned(ours, others, words);
  return new Merging(words, moved, aligned(others, moved, words)).run();
}

// Where positions of `before` are in `after`, such as those of a caret. A position stays inside or
// behind the word that it is in or behind; where that was replaced, it goes behind the new words.
export function carried(before, after, positions) {
  if (before === after) return positions;
  const words = new Vocabulary();
  const old = words.cut(before);
  const now = words.cut(after);
  const hunks = changes(old.ids, now.ids, words);
  const offsets = (text) => {
    const found = [0];
    for (const token of text.tokens) found.push(found.at(-1) + token.length);
    return found;
  };
  const from = offsets(old);
  const to = offsets(now);
  return positions.map((at) => carriedOne(at, hunks, from, to));
}

function carriedOne(at, hunks, from, to) {
  if (at === 0) return 0;
  // The position belongs to the token before it: it stays where one types.
  let token = 0;
  let high = from.length - 2;
  while (token < high) {
    const middle = (token + high + 1) >> 1;
    if (from[middle] < at) token = middle;
    else high = middle - 1;
  }
  const before = hunks[countUpTo(hunks, (one) => one.start <= token) - 1];
  if (before && token < before.end) return to[before.last];
  const place = before ? before.last + token - before.end : token;
  return Math.min(to[place] + at - from[token], to[place + 1]);
}

// A position in UTF-16 units as one in code points, and back.
export const codePoints = (text, at) => [...text.slice(0, at)].length;
export function units(text, at) {
  let found = 0;
  for (const character of text) {
    if (at <= 0) break;
    found += character.length;
    at -= 1;
  }
  return found;
}

// One person's edits, relative to the text that they began with.
class Side {
  constructor(base, other, hunks) {
    this.base = base;
    this.other = other;
    this.hunks = hunks;
  }

  // Where the base's token `at`, which this side kept, is in its text.
  position(at) {
    const before = countUpTo(this.hunks, (one) => one.end <= at);
    if (!before) return at;
    const last = this.hunks[before - 1];
    return last.last + at - last.end;
  }

  // What this side made of tokens `start` to `end` of the base.
  passage(start, end) {
    const first = countUpTo(this.hunks, (one) => one.start < start);
    const last = countUpTo(this.hunks, (one) => one.end <= end);
    const inside = this.hunks
      .slice(first, last)
      .filter((one) => removes(one) || (start < one.start && one.start < end));
    if (!inside.length) {
      const begin = this.position(start);
      return this.other.text(begin, begin + end - start);
    }
    const begin = inside[0].first - (inside[0].start - start);
    return this.other.text(begin, inside.at(-1).last + end - inside.at(-1).end);
  }
}

// How many of the first changes are `within`, which no later one is any more.
function countUpTo(hunks, within) {
  let low = 0;
  let high = hunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (within(hunks[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Whether the tokens reach over the end of a line or of a sentence.
const isPassage = (ids, words) => ids.some((id) => words.isBreak(id) || words.endsSentence(id));

// The side with the passages it removed moved so that they enclose what `other` wrote: see
// core/merging/passages.py.
function aligned(side, other, words) {
  const hunks = [];
  let at = 0;
  side.hunks.forEach((one, index) => {
    while (at < other.hunks.length && other.hunks[at].start <= one.start) at += 1;
    const { ids } = side.base;
    if (removes(one) && !inserts(one) && isPassage(ids.slice(one.start, one.end), words)) {
      const stop = side.hunks[index + 1]?.start ?? ids.length;
      const [least, most] = moves(one, mostRight(one, ids, stop, words), ids, other, at);
      const move = toLine(one.start, least, most, ids, words);
      one = hunk(one.start + move, one.end + move, one.first + move, one.last + move);
    }
    hunks.push(one);
  });
  return new Side(side.base, side.other, hunks);
}

function mostRight(one, ids, stop, words) {
  let most = 0;
  while (one.end + most < stop && ids[one.start + most] === ids[one.end + most]) {
    if (words.isWord[ids[one.end + most]]) break;
    most += 1;
  }
  return most;
}

function moves(one, most, ids, other, at) {
  let encloses = false;
  let least = 0;
  most = Math.min(most, one.end - one.start - 1);
  while (at < other.hunks.length && other.hunks[at].start < one.end) {
    const written = other.hunks[at];
    if (written.end > one.end) return [0, 0];
    encloses = true;
    most = Math.min(most, written.start - 1 - one.start);
    at += 1;
  }
  while (at < other.hunks.length && other.hunks[at].start < one.end + most) {
    const written = other.hunks[at];
    if (written.start > one.end || removes(written)) {
      most = written.start - one.end;
      break;
    }
    if (!slides(written, most, ids, other.other.ids)) {
      encloses = true;
      least = 1;
    }
    at += 1;
  }
  return encloses ? [least, most] : [0, 0];
}

function toLine(start, least, most, ids, words) {
  for (let move = most; move >= least; move -= 1) {
    const before = start + move - 1;
    if (before < 0 || words.isBreak(ids[before])) return move;
  }
  return most;
}

// Whether an insertion says the same `by` tokens further to the right.
function slides(written, by, ids, other) {
  return sameIds(
    ids.slice(written.end, Math.max(written.end, written.end + by)),
    other.slice(written.first, Math.max(written.first, written.first + by)),
  );
}

const sameIds = (one, other) => one.length === other.length && one.every((id, at) => id === other[at]);

class Merging {
  constructor(words, mine, theirs) {
    this.words = words;
    this.mine = mine;
    this.theirs = theirs;
    this.out = new Writer(words);
    this.clashes = [];
  }

  run() {
    let at = 0;
    for (const region of regions(...this.wanted())) {
      this.copy(at, region.start);
      this.write(region);
      at = region.end;
    }
    this.copy(at, this.mine.base.tokens.length);
    return { text: this.out.text(), clashes: this.clashes };
  }

  // The changes of both without those that the other's include.
  wanted() {
    const dropped = new Set();
    for (const [mine, theirs] of touching(this.mine.hunks, this.theirs.hunks)) {
      if (this.isIncluded(mine, this.mine, theirs, this.theirs)) dropped.add(mine);
      else if (this.isIncluded(theirs, this.theirs, mine, this.mine)) dropped.add(theirs);
    }
    const kept = (hunks) => hunks.filter((one) => !dropped.has(one));
    return [kept(this.mine.hunks), kept(this.theirs.hunks)];
  }

  // Whether `big` removes what `small` removes and says what it says.
  isIncluded(small, side, big, other) {
    if (!(big.start <= small.start && small.end <= big.end)) return false;
    if (!inserts(small)) return !inserts(big);
    const said = side.other.ids.slice(small.first, small.last);
    const begin = big.first;
    const end = big.last - said.length;
    if (end >= begin) {
      const all = other.other.ids;
      if (small.start === big.start && sameIds(all.slice(begin, begin + said.length), said)) return true;
      if (small.end === big.end && sameIds(all.slice(end, big.last), said)) return true;
    }
    const isInside = removes(small) || (big.start < small.start && small.start < big.end);
    return isInside && said.every((id) => this.words.isSpace[id]);
  }

  // Write tokens of the base that nobody changed.
  copy(start, end) {
    this.out.write(this.mine.base, start, end, this.mine.position(start), this.theirs.position(start));
  }

  // Write what both inserted in a region, all of whose tokens are removed.
  write(region) {
    const clashes = this.isClash(region);
    const apart = clashes && this.isPassage(region);
    this.out.beginRange();
    let written = false;
    for (let [one, isMine] of hunksOf(region)) {
      if (!inserts(one)) continue;
      const isWhole = one.start === region.start && one.end === region.end;
      if (written && this.isEmptyLine(region)) this.out.beginParagraph();
      else if (apart && (written || !isWhole)) {
        this.out.beginParagraph();
        one = this.asParagraph(one, isMine, region);
      }
      this.insert(one, isMine);
      if (apart && !isWhole) this.out.beginParagraph();
      written = true;
    }
    if (!clashes) return;
    const [start, end] = this.out.range();
    this.clashes.push({
      start,
      end,
      base: this.mine.base.text(region.start, region.end),
      mine: this.mine.passage(region.start, region.end),
      theirs: this.theirs.passage(region.start, region.end),
    });
  }

  insert(one, isMine) {
    const text = (isMine ? this.mine : this.theirs).other;
    this.out.write(text, one.first, one.last, isMine ? one.first : null, isMine ? null : one.first);
  }

  // A change without blanks around what it inserts: “. It helped” in front of a full stop becomes
  // “It helped.” behind it.
  asParagraph(one, isMine, region) {
    let { start, end, first, last } = one;
    const base = this.mine.base.ids;
    const { ids } = (isMine ? this.mine : this.theirs).other;
    const { isSpace, isWord } = this.words;
    while (!removes(one) && start < region.end && base[start] === ids[first]) {
      if (isWord[ids[first]]) break;
      start += 1;
      end += 1;
      first += 1;
      last += 1;
    }
    while (first < last && isSpace[ids[first]]) first += 1;
    while (first < last && isSpace[ids[last - 1]]) last -= 1;
    return hunk(start, end, first, last);
  }

  // Whether both changed the words of a region and at least one wrote others.
  isClash(region) {
    if (region.start === region.end || !(region.mine.length && region.theirs.length)) return false;
    return hunksOf(region).some(([one, isMine]) => {
      const { ids } = (isMine ? this.mine : this.theirs).other;
      return ids.slice(one.first, one.last).some((id) => !this.words.isSpace[id]);
    });
  }

  // Whether the region is a place between two lines, where each may write a paragraph.
  isEmptyLine(region) {
    const { ids } = this.mine.base;
    const at = region.start;
    if (region.end !== at || (at && !this.words.isBreak(ids[at - 1]))) return false;
    return at === ids.length || this.words.isBreak(ids[at]);
  }

  // Whether words written there do not belong into the sentence around them.
  isPassage(region) {
    const ids = this.mine.base.ids.slice(region.start, region.end);
    const removedByOne = [region.mine, region.theirs].some((hunks) => !hunks.some(inserts));
    if (removedByOne) return isPassage(ids, this.words);
    return ids.some((id) => this.words.isBreak(id));
  }
}

// The pairs of changes that overlap or touch, in order.
function* touching(ours, theirs) {
  let first = 0;
  for (const one of ours) {
    while (first < theirs.length && theirs[first].end < one.start) first += 1;
    for (let at = first; at < theirs.length && theirs[at].start <= one.end; at += 1) {
      yield [one, theirs[at]];
    }
  }
}

// The changes of a region, each with true if it is mine; at one place theirs comes first.
function hunksOf(region) {
  const both = [
    ...region.theirs.map((one) => [one, false]),
    ...region.mine.map((one) => [one, true]),
  ];
  return both.sort(([one], [other]) => one.start - other.start);
}

// The changes of both in order, those that overlap or insert at one place together.
function regions(mine, theirs) {
  const both = [...mine.map((one) => [one, true]), ...theirs.map((one) => [one, false])];
  both.sort(
    ([one, isMine], [other, isOthersMine]) =>
      one.start - other.start ||
      one.end - other.end ||
      one.first - other.first ||
      one.last - other.last ||
      isMine - isOthersMine,
  );
  const found = [];
  for (const [one, isMine] of both) {
    let region = found.at(-1);
    const meets =
      region && (one.start < region.end || (one.start === region.end && one.end === region.start));
    if (meets) region.end = Math.max(region.end, one.end);
    else {
      region = { start: one.start, end: one.end, mine: [], theirs: [] };
      found.push(region);
    }
    (isMine ? region.mine : region.theirs).push(one);
  }
  return found;
}
