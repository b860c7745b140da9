// Shows the details of a read, zooms, and hides variants. The rest of the page
// works without this script.
"use strict";
const data = JSON.parse(document.getElementById("lanes").textContent);
const articles = [...document.querySelectorAll(".variant")];
const controls = document.getElementById("controls");
const tip = document.getElementById("tip");
let zoom = 1;  // how many times longer the axis is than the window
let left = 0;  // which part of the axis, 0 to 1, is at the window's left end

// --- The reads ---------------------------------------------------------------

// The page has three numbers for each tick, and times as steps of 10 us since
// the tick before.
function unpack(flat) {
  const list = [];
  for (let i = 0, time = 0; i < flat.length; i += 3) {
    time += flat[i] / 1e5;
    list.push({time, bytes: flat[i + 1], count: flat[i + 2]});
  }
  return list;
}

for (const lanes of Object.values(data.variants)) {
  for (const lane of lanes) lane.reads = unpack(lane.reads);
}

const lane_data = lane =>
    data.variants[lane.closest(".variant").dataset.variant][lane.dataset.task];

// The bytes that lie unread at a place on the axis. They have two numbers for
// each step of the wedge: quarters of a unit since the step before, and the
// bytes from there on.
function unread_at(lane, place) {
  const steps = lane_data(lane).unread, cell = place * data.width * 4;
  let bytes = 0;
  for (let i = 0, at = steps[0]; at <= cell; i += 2, at += steps[i]) {
    bytes = steps[i + 1];
  }
  return bytes;
}

const shape = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
};

const cursor = shape("line", {class: "cursor"});

function hide() {
  tip.hidden = true;
  cursor.remove();
}

function place_cursor(lane, x) {
  const bar = lane.querySelector("rect"), y = +bar.getAttribute("y");
  const end = y + +bar.getAttribute("height");
  const line = {x1: x + "%", x2: x + "%", y1: y - 2, y2: end + 2};
  for (const key in line) cursor.setAttribute(key, line[key]);
  lane.closest(".plot").append(cursor);
}

// Below the cursor, but not outside the window.
function place_tip() {
  const at = cursor.getBoundingClientRect();
  const end = document.documentElement.clientWidth - tip.offsetWidth - 4;
  tip.style.left = Math.max(4, Math.min(at.left + 10, end)) + "px";
  tip.style.top = at.bottom + 6 + "px";
}

// Shows a read of a lane. If it is outside the window, moves the window there,
// or shows nothing.
function show(lane, index, move_window = false) {
  const read = lane_data(lane).reads[index];
  if (!read) return hide();
  const place = read.time / data.seconds;
  const visible = place >= left && place <= left + 1 / zoom;
  if (!visible && !move_window) return hide();
  if (!visible) move(place - left - 0.5 / zoom);
  lane.dataset.index = index;
  const what = read.count > 1 ? read.count + " reads from" : "read at";
  tell(lane, place,
       `${what} ${read.time.toFixed(3)} s, ${read.bytes} bytes`);
}

function tell(lane, place, text) {
  place_cursor(lane, place * 100);
  const name = lane.closest(".variant").dataset.name;
  const where = lane.dataset.place ? `, ${lane.dataset.place}` : "";
  tip.textContent = `${name}, ${lane.dataset.label}: ${text}${where}`;
  tip.hidden = false;
  place_tip();
}

// The index of the read that is nearest to the time.
function nearest(list, time) {
  let low = 0, high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle].time < time) low = middle; else high = middle;
  }
  const middle = list[high] && (list[low].time + list[high].time) / 2;
  return time > middle ? high : low;
}

// The place on the axis that is below the pointer, from 0 to 1.
function part(svg, event) {
  const style = getComputedStyle(svg), box = svg.getBoundingClientRect();
  const scale = box.width / parseFloat(style.width);  // on the wall, not 1
  const from = parseFloat(style.paddingLeft) * scale;
  const width = box.width - from - parseFloat(style.paddingRight) * scale;
  return left + (event.clientX - box.left - from) / width / zoom;
}

function hover(event) {
  const svg = event.currentTarget, place = part(svg, event);
  const time = place * data.seconds;
  for (const lane of svg.querySelectorAll(".lane")) {
    const box = lane.getBoundingClientRect();
    if (event.clientY < box.top - 2 || event.clientY > box.bottom + 2) continue;
    const bytes = unread_at(lane, place);
    if (bytes === 0) return show(lane, nearest(lane_data(lane).reads, time));
    return tell(lane, place, `${bytes} bytes unread at ${time.toFixed(3)} s`);
  }
  hide();
}

// The tab key reaches one lane of each picture; up and down go to the others.
function change_lane(lane, by) {
  const lanes = [...lane.closest(".lanes").querySelectorAll(".lane")];
  const next = lanes[lanes.indexOf(lane) + by];
  if (!next) return;
  lane.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

// The arrow keys go to another read of the lane, or to another lane.
function step(event) {
  const steps = {ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10};
  const lanes = {ArrowDown: 1, ArrowUp: -1};
  const lane = event.currentTarget, by = steps[event.key];
  if (by || lanes[event.key]) event.preventDefault();
  if (lanes[event.key]) return change_lane(lane, lanes[event.key]);
  if (!by) return;
  const list = lane_data(lane).reads;
  const next = +(lane.dataset.index || 0) + by;
  show(lane, Math.max(0, Math.min(list.length - 1, next)), true);
}

// --- The time axis -----------------------------------------------------------

function redraw_axis(axis) {
  const visible = data.seconds / zoom;
  const power = 10 ** (Math.floor(Math.log10(visible)) - 1);
  const size = power * [1, 2, 5, 10, 20].find(f => visible / f / power <= 7);
  const height = +axis.dataset.height;
  axis.replaceChildren();
  for (let i = Math.ceil(left * data.seconds / size);
       i * size <= (left * data.seconds + visible) * 1.0001; ++i) {
    const x = i * size / data.seconds * 100 + "%";
    const line = {class: "grid", x1: x, x2: x, y1: 0, y2: height};
    const text = shape("text", {class: "tick", x, y: height + 11});
    if (zoom > 1 && i * size <= left * data.seconds + visible / 50) {
      text.style.textAnchor = "start";  // the window would cut off its left
    }
    text.textContent = +(i * size).toFixed(6) + " s";
    axis.append(shape("line", line), text);
  }
}

// Zooms so that the place `around` on the axis stays where it is.
function zoom_to(factor, around = left) {
  const next = Math.max(1, Math.min(500, factor));
  left = around - (around - left) * zoom / next;
  zoom = next;
  move(0);
}

// Moves the window by a part of the axis, and draws it.
function move(by) {
  left = Math.max(0, Math.min(1 - 1 / zoom, left + by));
  hide();
  document.body.classList.toggle("zoomed", zoom > 1);
  for (const plot of document.querySelectorAll(".plot")) {
    plot.setAttribute("width", zoom * 100 + "%");
    plot.setAttribute("x", -left * zoom * 100 + "%");
    redraw_axis(plot.querySelector(".axis"));
  }
}

// --- Controls ----------------------------------------------------------------

function button(text, label, action) {
  const element = document.createElement("button");
  element.textContent = text;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", action);
  controls.append(element);
}

function add_choice(article) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = true;
  box.addEventListener("change", () => { article.hidden = !box.checked; });
  label.append(box, " " + article.dataset.name);
  controls.append(label);
}

function prepare_picture(svg) {
  svg.setAttribute("role", "group");
  svg.addEventListener("pointermove", hover);
  svg.addEventListener("pointerdown", hover);
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("wheel", event => {
    if (!event.ctrlKey) return;  // the wheel alone scrolls the page
    event.preventDefault();
    zoom_to(zoom * (event.deltaY < 0 ? 1.25 : 0.8), part(svg, event));
  }, {passive: false});
}

function prepare_lane(lane, index) {
  lane.setAttribute("tabindex", index === 0 ? "0" : "-1");
  lane.addEventListener("focus",
      () => show(lane, +lane.dataset.index || 0, true));
  lane.addEventListener("blur", hide);
  lane.addEventListener("keydown", step);
  const title = lane.querySelector("title");
  lane.setAttribute("aria-label", title.textContent);
  title.remove();  // the browser would show it as a second tip
}

for (const article of articles) {
  add_choice(article);
  prepare_picture(article.querySelector(".lanes"));
  article.querySelectorAll(".lane").forEach(prepare_lane);
}
button("\u2212", "less", () => zoom_to(zoom / 2));
button("+", "more", () => zoom_to(zoom * 2));
button("\u2190", "earlier", () => move(-0.5 / zoom));
button("\u2192", "later", () => move(0.5 / zoom));
button("all", "all", () => zoom_to(1));
controls.hidden = articles.length === 0;
