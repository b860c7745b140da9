// Search, keys, and the lines that a link names. The pages can be read without
// this script.
"use strict";

const all = (selector, within = document) =>
    [...within.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

// --- Search ------------------------------------------------------------------

const form = one("form"), field = one("input[type=search]");
const list = one(".found");
let index = null;

// Called by search.js, which is loaded when the field is used first.
function set_index(read) {
  index = read;
  show_found();
}

function load_index() {
  if (!one("script[src='search.js']")) {
    document.head.append(element("script", {src: "search.js"}));
  }
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const [title, page, href, content] of index) {
    const heading = title.toLowerCase(), whole = (page + content).toLowerCase();
    if (!words.every(w => heading.includes(w) || whole.includes(w))) continue;
    const score = words.filter(w => heading.includes(w)).length * 10 +
        words.filter(w => page.toLowerCase().includes(w)).length +
        (content.toLowerCase().includes(words.join(" ")) ? 5 : 0);
    found.push({title, page, href, content, score, word: words[0]});
  }
  return found.sort((a, b) => b.score - a.score).slice(0, 30);
}

// An entry of the list: the words around what was found. In a source, the link
// leads to the line.
function shown({title, page, href, content, word}) {
  const at = content.toLowerCase().indexOf(word);
  const from = content.lastIndexOf(" ", Math.max(0, at - 40)) + 1;
  const small = element("small", {}, page);
  if (at >= 0) {
    small.append(": ", content.slice(from, at),
        element("mark", {}, content.slice(at, at + word.length)),
        content.slice(at + word.length, from + 140));
    if (!href.includes("#")) {
      href += "#L" + content.slice(0, at).split("\n").length;
    }
  }
  const place = element("a", {href}, element("b", {}, title), small);
  return element("li", {}, place);
}

function show_found() {
  const text = field.value.trim();
  list.hidden = !index || !text;
  if (list.hidden) return;
  const found = find(text);
  list.replaceChildren(...found.map(shown));
  if (!found.length) list.append(element("p", {}, "Nothing has these words."));
}

function step_through(event) {
  const places = [field, ...all("a", list)];
  const at = places.indexOf(document.activeElement);
  if (event.key === "Escape") {
    field.value = "";
    show_found();
    field.blur();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const to = at + (event.key === "ArrowDown" ? 1 : -1);
    places[Math.max(0, Math.min(to, places.length - 1))].focus();
    event.preventDefault();
  }
}

form.hidden = false;
field.addEventListener("focus", load_index);
field.addEventListener("input", show_found);
form.addEventListener("keydown", step_through);
form.addEventListener("submit", event => {
  event.preventDefault();
  all("a", list)[0]?.click();
});
list.addEventListener("click", () => list.hidden = true);

// --- Keys --------------------------------------------------------------------

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey ||
      event.target.closest("input, select, form, pre, .table")) return;
  if (event.key === "/") {
    event.preventDefault();
    field.focus();
  } else if (event.key === "ArrowLeft") {
    one("head [rel=prev]") && (location = one("head [rel=prev]").href);
  } else if (event.key === "ArrowRight") {
    one("head [rel=next]") && (location = one("head [rel=next]").href);
  }
});

// --- The contents begin at the page that is open -----------------------------

const contents = one("#contents"), open_page = one("#contents [aria-current]");
if (open_page) {
  contents.scrollTop = open_page.offsetTop - contents.offsetTop - 90;
}

// --- The lines of a source that a link names: #L12-L15 -----------------------

function show_lines() {
  const found = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash);
  all(".line.here").forEach(line => line.classList.remove("here"));
  if (!found) return;
  for (let n = +found[1]; n <= +(found[2] ?? found[1]); ++n) {
    one(`#L${n}`)?.classList.add("here");
  }
}

addEventListener("hashchange", show_lines);
show_lines();
