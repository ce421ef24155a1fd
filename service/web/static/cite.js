// A selected passage gets a link that leads to it: its words as a text fragment
// (https://wicg.github.io/scroll-to-text-fragment/), on the version that was read.
const text = document.querySelector(".text[data-pinned]");
const BLOCK = "h1, .standfirst, .passages p, .passages h2, .apart li";
// A longer passage is told by how it begins and how it ends.
const LONGEST = 200;
// So few words may stand anywhere on the page: what stands around them goes with them.
const FEW = 3;
const MOST_WORDS = 12;
const SPACE = /[ \t\n\r\f]+/g;

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
const words = (line) => [...segmenter.segment(line)].filter((each) => each.isWordLike);
const encoded = (part) => encodeURIComponent(part.toWellFormed?.() ?? part).replaceAll("-", "%2D");

// Ranges -------------------------------------------------------------------------------------

// A block's text with single spaces, and a place in it.
function lineOf(block) {
  return block.textContent.replace(SPACE, " ").trim();
}

function placeIn(block, node, offset) {
  const before = document.createRange();
  before.selectNodeContents(block);
  if (!block.contains(node)) return null;
  before.setEnd(node, offset);
  return before.toString().replace(SPACE, " ").trimStart().length;
}

function blocksOf(range) {
  return [...text.querySelectorAll(BLOCK)].filter((block) => range.intersectsNode(block));
}

// [start, end) widened to whole words, without space around.
function widened(line, start, end) {
  for (const { index, segment } of words(line)) {
    const last = index + segment.length;
    if (index < start && start < last) start = index;
    if (index < end && end < last) end = last;
  }
  while (start < end && line[start] === " ") start += 1;
  while (end > start && line[end - 1] === " ") end -= 1;
  return [start, end];
}

// Which words of which blocks are selected; null for none of the text.
export function selected(range) {
  if (range.collapsed || !text.contains(range.commonAncestorContainer)) return null;
  const parts = blocksOf(range).map((block) => {
    const line = lineOf(block);
    const start = placeIn(block, range.startContainer, range.startOffset) ?? 0;
    const end = placeIn(block, range.endContainer, range.endOffset) ?? line.length;
    const [first, last] = widened(line, start, Math.min(end, line.length));
    return { line, start: first, end: last };
  });
  const kept = parts.filter((part) => words(part.line.slice(part.start, part.end)).length);
  return kept.length ? kept : null;
}

// Addresses ----------------------------------------------------------------------------------

function times(whole, part) {
  let found = 0;
  for (let at = whole.indexOf(part); at >= 0 && found < 2; at = whole.indexOf(part, at + 1)) found += 1;
  return found;
}

const isOnce = (whole, part) => times(whole, part.toLowerCase()) < 2;

// Where the last `number` words before a place begin, and where the next ones end.
function before(line, place, number) {
  return words(line.slice(0, place)).at(-number)?.index ?? 0;
}

function after(line, place, number) {
  const found = words(line.slice(place)).at(number - 1);
  return found ? place + found.index + found.segment.length : line.length;
}

function exactly({ line, start, end }, whole) {
  const passage = line.slice(start, end);
  if (words(passage).length > FEW && isOnce(whole, passage)) return encoded(passage);
  let [first, last] = [start, end];
  for (let number = FEW; number <= MOST_WORDS; number += 1) {
    [first, last] = [before(line, start, number), after(line, end, number)];
    if (isOnce(whole, line.slice(first, last))) break;
  }
  const [prefix, suffix] = [line.slice(first, start).trim(), line.slice(end, last).trim()];
  const around = [prefix && `${encoded(prefix)}-`, encoded(passage), suffix && `-${encoded(suffix)}`];
  return around.filter(Boolean).join(",");
}

function fromTo(first, last, whole) {
  const [opening, ending] = [first.line.slice(first.start, first.end), last.line.slice(last.start, last.end)];
  let [start, end] = [opening, ending];
  for (let number = FEW; number <= MOST_WORDS; number += 1) {
    start = opening.slice(0, after(opening, 0, number));
    if (isOnce(whole, start)) break;
  }
  for (let number = FEW; number <= MOST_WORDS; number += 1) {
    end = ending.slice(before(ending, ending.length, number));
    if (isOnce(whole, end)) break;
  }
  return `${encoded(start)},${encoded(end)}`;
}

// The text directive of a passage among all blocks of the page.
export function directive(parts, lines) {
  const whole = lines.join("\n").toLowerCase();
  const [first, last] = [parts[0], parts.at(-1)];
  const isShort = first === last && first.end - first.start <= LONGEST;
  return isShort ? exactly(first, whole) : fromTo(first, last, whole);
}

function address(parts) {
  const lines = [...text.querySelectorAll(BLOCK)].map(lineOf);
  return `${location.origin}${text.dataset.pinned}#:~:text=${directive(parts, lines)}`;
}

// What is shown ------------------------------------------------------------------------------

async function copied(copy) {
  try {
    await navigator.clipboard.writeText(copy);
    return true;
  } catch {
    return false; // not allowed, or not over https
  }
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function offerPassage() {
  const box = document.createElement("div");
  const told = document.createElement("p");
  const offer = button("Link to this passage", async () => {
    const link = document.createElement("a");
    link.href = link.textContent = address(parts);
    told.replaceChildren((await copied(link.href)) ? "Copied: " : "Copy this link: ", link);
    told.hidden = false;
  });
  let parts = null;
  box.className = "passage";
  box.hidden = told.hidden = true;
  told.setAttribute("role", "status");
  // A click must not take the selection away before it is read.
  offer.addEventListener("pointerdown", (event) => event.preventDefault());
  box.append(offer, told);
  document.body.append(box);
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    parts = selection.rangeCount ? selected(selection.getRangeAt(0)) : null;
    if (!parts && (box.contains(document.activeElement) || box.contains(selection.anchorNode))) return;
    box.hidden = !parts;
    told.hidden = true;
  });
}

function offerCopies() {
  for (const place of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(place.dataset.copy);
    const copy = button("Copy", async () => {
      copy.textContent = (await copied(source.textContent)) ? "Copied" : "Select it and copy it";
    });
    copy.setAttribute("aria-label", place.dataset.label);
    place.append(copy);
  }
}

function offerSteps() {
  const place = document.querySelector("[data-matches]");
  const number = Number(place?.dataset.matches);
  if (!(number > 1)) return;
  const step = (by) => () => {
    const now = Number(/^#match-(\d+)$/.exec(location.hash)?.[1] ?? (by > 0 ? 0 : 1));
    location.replace(`#match-${((now - 1 + by + number) % number) + 1}`);
  };
  place.append(button("‹ Previous", step(-1)), button("Next ›", step(1)));
}

if (text) {
  offerPassage();
  offerCopies();
}
offerSteps();
