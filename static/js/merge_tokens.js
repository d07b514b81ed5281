// Texts cut into words, single white-space characters and punctuation: the twin of
// core/merging/tokens.py, with the same fixed ranges of code points.

const SPACE = "\\t\\n\\v\\f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const PUNCTUATION =
  "!-\\/:-@\\[-\\^`\\{-~" +
  "\\xa1-\\xa9\\xab-\\xb1\\xb4\\xb6-\\xb8\\xbb\\xbf\\xd7\\xf7" +
  "\\u05be\\u05c0\\u05c3\\u05f3\\u05f4\\u060c\\u061b\\u061f\\u066a-\\u066d\\u06d4\\u0964\\u0965" +
  "\\u2010-\\u2027\\u2030-\\u205e\\u20a0-\\u20c0\\u2190-\\u22ff" +
  "\\u3001-\\u3003\\u3008-\\u3011\\u3014-\\u301f\\u3030" +
  "\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65";
// Written without spaces: each character is a word of its own.
const IDEOGRAPH = "\\u3041-\\u3096\\u309d-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
// Belong to the character before them, whatever it is.
const MARK =
  "\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\u3099\\u309a" +
  "\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\u{e0100}-\\u{e01ef}";

const WORD = `[^${SPACE}${PUNCTUATION}${IDEOGRAPH}]`;
const TOKEN = new RegExp(
  `${WORD}+(?:['’]${WORD}+|(?<=[0-9])[.,:\\/\\-](?=[0-9])${WORD}+)*` +
    `|[${SPACE}]` +
    `|[${PUNCTUATION}${IDEOGRAPH}][${MARK}]*`,
  "gu",
);
const IS_SPACE = new RegExp(`^[${SPACE}]`, "u");
const IS_PUNCTUATION = new RegExp(`^[${PUNCTUATION}]`, "u");
const IS_IDEOGRAPH = new RegExp(`^[${IDEOGRAPH}]`, "u");
const IS_ASCII = /^[\0-\x7f]*$/;

const CLOSING = new Set([...".,;:!?)]}%»”’…、。，；：！？）」』】،؛؟۔।"]);
const OPENING = new Set([..."([{«“‘¿¡（「『【"]);
const SENTENCE_END = new Set([...".!?…。！？؟۔।"]);

// A text as its tokens, and for each the number that equal tokens share.
export class Tokens {
  constructor(tokens, ids) {
    this.tokens = tokens;
    this.ids = ids;
  }

  text(start, end) {
    return this.tokens.slice(start, end).join("");
  }
}

// Numbers for the tokens of several texts, in the order of their first appearance. Tokens that
// differ only in composed or decomposed characters (NFC, NFD) are equal.
export class Vocabulary {
  constructor() {
    this.numbers = new Map();
    this.isSpace = [];
    this.isWord = [];
    this.forms = [];
    this.firsts = []; // the first code point of each form
  }

  // Cut a text, whose line ends are "\n", into tokens that joined give it again.
  cut(text) {
    const tokens = text.match(TOKEN) ?? [];
    return new Tokens(
      tokens,
      tokens.map((token) => this.number(token)),
    );
  }

  number(token) {
    let number = this.numbers.get(token);
    if (number !== undefined) return number;
    const form = IS_ASCII.test(token) ? token : token.normalize("NFC");
    number = this.numbers.get(form);
    if (number === undefined) {
      number = this.forms.length;
      this.numbers.set(form, number);
      this.forms.push(form);
      this.firsts.push(String.fromCodePoint(form.codePointAt(0)));
      this.isSpace.push(IS_SPACE.test(form));
      this.isWord.push(!IS_SPACE.test(form) && !IS_PUNCTUATION.test(form));
    }
    this.numbers.set(token, number);
    return number;
  }

  isBreak(number) {
    return this.forms[number] === "\n";
  }

  endsSentence(number) {
    return SENTENCE_END.has(this.firsts[number]);
  }

  // Whether two tokens, which no text has side by side, need a space between them.
  needsSpace(before, after) {
    if (this.isSpace[before] || this.isSpace[after]) return false;
    const first = this.firsts[before];
    const second = this.firsts[after];
    if (IS_IDEOGRAPH.test(first) && IS_IDEOGRAPH.test(second)) return false;
    return !CLOSING.has(second) && !OPENING.has(first);
  }
}

export const withPlainLineEnds = (text) => text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
