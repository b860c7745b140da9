
// --- The picture for the wall ------------------------------------------------

// The pictures alone, as large as the window permits.
function fit_to_wall() {
  const on = document.body.classList.contains("wall");
  const root = document.documentElement;
  for (let zoom = 1.8; zoom >= 1; zoom -= 0.05) {
    for (const article of articles) article.style.zoom = on ? zoom : "";
    if (!on || root.scrollHeight <= window.innerHeight) return;
  }
}

function show_on_wall(on) {
  hide();
  document.body.classList.toggle("wall", on);
  fit_to_wall();
  if (on) window.scrollTo(0, 0);
}

button("wall", "wall", event => {
  show_on_wall(!document.body.classList.contains("wall"));
  event.currentTarget.blur();
});
window.addEventListener("resize", fit_to_wall);
controls.addEventListener("change", fit_to_wall);
document.addEventListener("keydown", event => {
  if (event.key === "Escape") show_on_wall(false);
});
