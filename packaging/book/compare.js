// Two programs side by side. The programs and their pairs are in programs.js.
"use strict";

// The lines of a program as text.
function text_of(program) {
  program.text ??= program.lines.map(
      html => element("td", {innerHTML: html}).textContent);
  return program.text;
}

// How many characters two lines share at their beginning and at their end.
function shared(a, b) {
  const most = Math.min(a.length, b.length);
  let head = 0, tail = 0;
  while (head < most && a[head] === b[head]) ++head;
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) ++tail;
  return {head, tail};
}

// From 0 to 1; 0 if less than half of the two is the same.
function alike(a, b) {
  const {head, tail} = shared(a.text.trim(), b.text.trim());
  const part = (head + tail) /
      Math.max(a.text.trim().length, b.text.trim().length, 1);
  return part > .5 ? part : 0;
}

// Rows of the lines that are only in the left or only in the right program.
// Lines that are alike stand beside each other.
function align(left, right) {
  const best = Array.from({length: left.length + 1},
      () => new Array(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; --i) {
    for (let j = right.length - 1; j >= 0; --j) {
      best[i][j] = Math.max(best[i + 1][j], best[i][j + 1],
          best[i + 1][j + 1] + alike(left[i], right[j]));
    }
  }
  const rows = [];
  let i = 0, j = 0, from = 0, since = 0;
  const unlike = () => {
    for (; from < i || since < j;) {
      rows.push([from < i ? left[from++] : null,
                 since < j ? right[since++] : null]);
    }
  };
  while (i < left.length && j < right.length) {
    if (best[i][j] === best[i + 1][j]) ++i;
    else if (best[i][j] === best[i][j + 1]) ++j;
    else {
      unlike();
      rows.push([left[i++], right[j++]]);
      from = i;
      since = j;
    }
  }
  i = left.length;
  j = right.length;
  unlike();
  return rows;
}

// How the lines of two programs go together, see packaging/book/pairs.py.
function pair_of(left, right) {
  const {programs, pairs} = book;
  const a = Math.min(left, right), b = Math.max(left, right);
  if (a === b) return `=${programs[a].lines.length}`;
  const pair = pairs[a * (2 * programs.length - a - 1) / 2 + b - a - 1];
  return left < right ? pair
      : pair.replace(/[-+<>]/g, c => "+-><"["-+<>".indexOf(c)]);
}

function rows_of(left, right) {
  const rows = [];
  let a = 0, b = 0, gone = [], come = [];
  const line = (side, n, kind) => {
    const program = book.programs[side];
    return {program, n: n + 1, kind, text: text_of(program)[n]};
  };
  const flush = () => {
    rows.push(...align(gone, come));
    gone = [];
    come = [];
  };
  for (const [, kind, count] of pair_of(left, right).matchAll(/(\D)(\d+)/g)) {
    for (let i = 0; i < count; ++i) {
      if (kind === "=") {
        flush();
        rows.push([line(left, a++, "same"), line(right, b++, "same")]);
      } else if (kind === "-" || kind === "<") {
        gone.push(line(left, a++, kind === "<" ? "moved" : "del"));
      } else {
        come.push(line(right, b++, kind === ">" ? "moved" : "add"));
      }
    }
  }
  flush();
  return rows;
}

// Marks the characters of a cell from one to another.
function mark(cell, from, to) {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  let at = 0;
  for (let node of nodes) {
    const begin = Math.max(from - at, 0), end = Math.min(to - at, node.length);
    at += node.length;
    if (begin >= end) continue;
    node = begin ? node.splitText(begin) : node;
    if (end - begin < node.length) node.splitText(end - begin);
    const around = element("mark");
    node.replaceWith(around);
    around.append(node);
  }
}

function cell_of(line, side) {
  if (!line) return element("td", {className: "none"});
  const {program, n, kind} = line;
  const idea = program.idea.includes(n) ? " idea" : "";
  const cell = element("td", {id: side + n, className: kind + idea,
    innerHTML: program.lines[n - 1]});
  cell.dataset.n = n;
  return cell;
}

function mark_change(cells, [left, right]) {
  if (!left || !right || left.kind === "same" || !alike(left, right)) return;
  const {head, tail} = shared(left.text, right.text);
  mark(cells[0], head, left.text.length - tail);
  mark(cells[1], head, right.text.length - tail);
}

function words_of(line, key) {
  const cell = element("td", {className: "words"});
  for (const [n, href, title, words, about] of line?.program.notes ?? []) {
    if (n !== line.n || (about && about !== key)) continue;
    cell.append(element("aside", {innerHTML: words}));
    cell.lastChild.prepend(element("a", {href}, title));
  }
  return cell;
}

// The name of a pair in the data, the same for both orders.
const key_of = (left, right) =>
    `${Math.min(left, right)}:${Math.max(left, right)}`;

function show_pair(left, right) {
  const rows = rows_of(left, right), key = key_of(left, right);
  const table = element("tbody");
  for (const row of rows) {
    const words = row.map(line => words_of(line, key));
    if (words.some(cell => cell.firstChild)) {
      table.append(element("tr", {className: "beside"}, ...words));
    }
    const cells = [cell_of(row[0], "a"), cell_of(row[1], "b")];
    mark_change(cells, row);
    const className = row[0]?.kind === "same" ? "same" : "";
    table.append(element("tr", {className}, ...cells));
  }
  one("#pair").replaceChildren(head_of(left, right), table);
  link_moved(rows, left, right);
  show_step(key);
}

function head_of(...sides) {
  const names = sides.map(side => element("th", {}, element(
      "a", {href: book.programs[side].href}, book.programs[side].name)));
  return element("thead", {}, element("tr", {}, ...names));
}

// Shows where the guide compares the two programs, if it does.
function show_step(key) {
  const step = book.steps.find(each => each.key === key);
  one("#about").replaceChildren(...step ? [
    "The guide compares them: ", element("a", {href: step.href}, step.title),
  ] : []);
}

// Links each line that has moved with its place on the other side.
function link_moved(rows, left, right) {
  const moved = [0, 1].map(side => rows.map(row => row[side])
      .filter(line => line?.kind === "moved"));
  for (const side of [0, 1]) {
    for (const line of moved[side]) {
      const twin = moved[1 - side].find(
          other => other.text.trim() === line.text.trim());
      if (!twin) continue;
      one(`#${"ab"[side]}${line.n}`).append(element("a", {
        className: "twin", title: "where it is on the other side",
        href: place(left, right) + ":" + "ba"[side] + twin.n},
        `${["moved to", "moved from"][side]} ${twin.n}`));
    }
  }
}

// --- The pickers, and the address --------------------------------------------

const pickers = [one("#left"), one("#right")];

const place = (...chosen) =>
    "#" + chosen.map(n => book.programs[n].name).join(":");

function fill(picker) {
  const {programs, stages} = book;
  const options = programs.map(
      (program, n) => element("option", {value: n}, program.name));
  picker.append(
      element("optgroup", {label: "Stages"}, ...options.slice(0, stages)),
      element("optgroup", {label: "Exercises"}, ...options.slice(stages)));
}

// The address is #LEFT:RIGHT, or #LEFT:RIGHT:LINE with a line such as b12.
function show_address() {
  const [left, right, line] = decodeURIComponent(location.hash.slice(1))
      .split(":");
  const chosen = [left, right].map(
      name => book.programs.findIndex(program => program.name === name));
  if (chosen.includes(-1)) return;
  chosen.forEach((n, side) => pickers[side].value = n);
  show_pair(...chosen);
  const cell = line && document.getElementById(line);
  cell?.classList.add("here");
  cell?.scrollIntoView({block: "center"});
}

function choose(left, right) {
  location.replace(place(left, right));
}

pickers.forEach(fill);
pickers.forEach(picker => picker.addEventListener(
    "change", () => choose(...pickers.map(each => each.value))));
one("#swap").addEventListener(
    "click", () => choose(...pickers.map(each => each.value).reverse()));
one("#show-words").addEventListener("change", event => one("#pair")
    .classList.toggle("without-words", !event.target.checked));
addEventListener("hashchange", show_address);
one("#chooser").hidden = false;
if (location.hash.length < 2) choose(...book.steps[0].key.split(":"));
show_address();
