/**
 * Finds where a string stops being JSON (RFC 8259). `JSON.parse` reports that it's wrong, but
 * browsers don't agree on how to say where.
 *
 * It goes through the string once, and keeps the open brackets in an array instead of on the call
 * stack, so neither a long nor a deeply nested string is a problem.
 */

const SPACE = /[ \t\n\r]*/y;
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const HEX_DIGITS = /[0-9a-fA-F]{4}/y;

/** The things that may come next, as the message names them if something else is there. */
const VALUE = 'a value';
const VALUE_OR_END = 'a value or ]';
const KEY = 'a key';
const KEY_OR_END = 'a key or }';
const COLON = 'a colon';
const COMMA_IN_ARRAY = 'a comma or ]';
const COMMA_IN_OBJECT = 'a comma or }';
const END = 'the end';

/** Where a closing bracket is allowed. */
const CLOSING = {
  [VALUE_OR_END]: ']',
  [COMMA_IN_ARRAY]: ']',
  [KEY_OR_END]: '}',
  [COMMA_IN_OBJECT]: '}',
};

/**
 * @param {string} text
 * @param {number} [start] where the JSON begins; it continues to the end
 * @returns {{ index: number, message: string } | null} the first fault, or null if there is none
 */
export function findJsonFault(text, start = 0) {
  const open = [];
  let expected = VALUE;
  let index = start;

  const afterValue = () => {
    if (open.length === 0) return END;
    return open.at(-1) === '[' ? COMMA_IN_ARRAY : COMMA_IN_OBJECT;
  };

  for (;;) {
    index = matchEnd(SPACE, text, index);
    if (index === text.length) {
      if (expected === END) return null;
      return { index, message: `${expected} should follow, but the text ends` };
    }
    const character = text[index];
    const isValue = expected === VALUE || expected === VALUE_OR_END;
    const isKey = expected === KEY || expected === KEY_OR_END;

    if (character === CLOSING[expected]) {
      open.pop();
      index += 1;
      expected = afterValue();
    } else if (isValue && (character === '[' || character === '{')) {
      open.push(character);
      index += 1;
      expected = character === '[' ? VALUE_OR_END : KEY_OR_END;
    } else if ((isValue || isKey) && character === '"') {
      const string = scanString(text, index);
      if (string.message) return string;
      index = string.index;
      expected = isKey ? COLON : afterValue();
    } else if (isValue && matchEnd(NUMBER_OR_WORD, text, index) > index) {
      index = matchEnd(NUMBER_OR_WORD, text, index);
      expected = afterValue();
    } else if (expected === COLON && character === ':') {
      index += 1;
      expected = VALUE;
    } else if (expected === COMMA_IN_ARRAY && character === ',') {
      index += 1;
      expected = VALUE;
    } else if (expected === COMMA_IN_OBJECT && character === ',') {
      index += 1;
      expected = KEY;
    } else {
      return { index, message: `${expected} should be here` };
    }
  }
}

/** Where the match of a sticky pattern at `index` ends, or `index` if there is none. */
function matchEnd(pattern, text, index) {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : index;
}

/** From the quote at `index` to the character after the closing one, or to the fault between. */
function scanString(text, index) {
  for (let i = index + 1; i < text.length; i += 1) {
    const character = text[i];
    if (character === '"') return { index: i + 1 };
    if (character < ' ') {
      return { index: i, message: 'a control character in a string should be escaped' };
    }
    if (character === '\\') {
      i += 1;
      if (text[i] === 'u') {
        if (matchEnd(HEX_DIGITS, text, i + 1) === i + 1) {
          return { index: i + 1, message: 'four hexadecimal digits should be here' };
        }
        i += 4;
      } else if (i < text.length && !'"\\/bfnrt'.includes(text[i])) {
        return { index: i, message: 'JSON has no such escape' };
      }
    }
  }
  return { index: text.length, message: 'a quote should end the string, but the text ends' };
}
