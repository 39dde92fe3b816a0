// With "#hidden" in its address, the page never shows a name: this runs before anything is drawn.
const root = document.documentElement;

function update() {
  const isHidden = location.hash === "#hidden";
  root.classList.toggle("names-hidden", isHidden);
  document.querySelector("#hide")?.setAttribute("aria-pressed", isHidden);
}

root.classList.add("js");
update();
addEventListener("hashchange", update);
addEventListener("DOMContentLoaded", () => {
  update();
  document.querySelector("#hide").addEventListener("click", () => {
    const isHidden = root.classList.contains("names-hidden");
    // Not through `location.hash`, which would scroll to the top.
    history.replaceState(null, "", isHidden ? location.pathname + location.search : "#hidden");
    update();
  });
});
