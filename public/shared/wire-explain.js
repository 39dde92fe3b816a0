/**
 * The form that explains a pasted frame part by part.
 *
 * Tests can rely on this much of the document:
 *
 *   #txtFrame                 where a frame is pasted
 *   .explain-summary          its description, or the column and the message of its fault
 *   .explain-fault mark       the faulty character (a space if the text ends too early)
 *   .explain-parts > li       a part, up to the fault: `code`, `.part-name`, `.part-meaning`, and a
 *                             link to the section of the specification
 */

import { element } from './element.js';
import { explainFrame, RECORD_SEPARATOR } from './frame.js';

/** How much is shown of one part, of the parts, and of the text on each side of a fault. */
const SHOWN_CHARACTERS = 300;
const SHOWN_PARTS = 100;
const SHOWN_AROUND = 40;

/** Stands for the separator, which is invisible. */
const SHOWN_SEPARATOR = '␞';

/** @returns {{ node: HTMLElement, explain: (frame: string) => void }} */
export function createExplainer() {
  const input = element('textarea', {
    id: 'txtFrame',
    class: 'form-control',
    rows: '2',
    dir: 'ltr',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
  });
  const summary = element('p', { class: 'explain-summary', role: 'status' });
  const details = element('div');
  const node = element(
    'section',
    { class: 'explain', 'aria-labelledby': 'ttlExplain' },
    element('h3', { id: 'ttlExplain' }, 'Explain a frame'),
    element('label', { for: 'txtFrame', class: 'form-label' }, 'Paste a frame to see its parts'),
    input,
    summary,
    details,
  );

  const update = () => {
    // From several lines copied from the panel, this takes the first, without its arrow.
    const lines = input.value.trim().split('\n');
    const frame = lines[0].replace(/^[→←] /, '');
    if (frame === '') {
      summary.textContent = '';
      details.replaceChildren();
      return;
    }
    const { packets, fault } = explainShown(frame);
    const place = lines.length === 1 ? '' : `Line 1 of ${lines.length}. `;
    const words = fault ? `Column ${fault.column}: ${fault.message}.` : summarize(packets);
    summary.textContent = place + words;
    details.replaceChildren(...(fault ? [createPlace(frame, fault)] : []), createParts(packets));
  };
  input.addEventListener('input', update);

  const explain = (frame) => {
    input.value = frame;
    update();
    input.focus();
  };
  return { node, explain };
}

/**
 * Explains a frame as this page and the book show it, with ␞ for the separator of packets. In a frame
 * that's valid as it is, ␞ is part of a message.
 */
function explainShown(frame) {
  const explained = explainFrame(frame);
  return explained.fault ? explainFrame(frame.replaceAll(SHOWN_SEPARATOR, RECORD_SEPARATOR)) : explained;
}

function summarize(packets) {
  const words = packets.slice(0, SHOWN_PARTS).map((packet) => packet.words);
  const text = packets.length === 1 ? words[0] : `${packets.length} packets: ${words.join('; ')}`;
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

/** The text around a fault, with the faulty character marked. */
function createPlace(frame, { index }) {
  const from = Math.max(0, index - SHOWN_AROUND);
  const [character = ' '] = frame.slice(index);
  const after = index + character.length;
  const to = after + SHOWN_AROUND;
  return element(
    'pre',
    { class: 'explain-fault', dir: 'ltr' },
    (from > 0 ? '…' : '') + visible(frame.slice(from, index)),
    element('mark', {}, visible(character)),
    visible(frame.slice(after, to)) + (to < frame.length ? '…' : ''),
  );
}

function createParts(packets) {
  const parts = packets.flatMap((packet) => packet.parts);
  const items = parts.slice(0, SHOWN_PARTS).map(createPart);
  if (parts.length > SHOWN_PARTS) {
    items.push(element('li', {}, `${parts.length - SHOWN_PARTS} more parts`));
  }
  return element('ol', { class: 'explain-parts', role: 'list' }, ...items);
}

function createPart({ name, text, meaning, section }) {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return element(
    'li',
    {},
    element('code', { dir: 'ltr' }, visible(shown)),
    element('strong', { class: 'part-name' }, name),
    element('span', { class: 'part-meaning' }, meaning),
    element(
      'a',
      { class: 'part-section', href: section.url, target: '_blank', rel: 'noreferrer' },
      `${section.document}: ${section.title}`,
    ),
  );
}

/** Makes invisible characters visible. */
function visible(text) {
  return text.replaceAll(RECORD_SEPARATOR, SHOWN_SEPARATOR).replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}
