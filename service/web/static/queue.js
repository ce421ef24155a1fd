// One letter does what a button says: m, d, s and u, but never while somebody types.
const box = document.getElementById("keys");
const KEPT = "keys of the desk";
// Once answered or skipped, a pair is done with: a second press was meant for the next one.
let leaving = false;

if (box) {
  box.checked = localStorage.getItem(KEPT) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || box?.checked === false) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const control = document.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
  if (!control) return;
  event.preventDefault();
  if (leaving) return;
  control.click();
  if (control.href) leaving = true;
});

document.addEventListener("submit", (event) => {
  if (leaving) event.preventDefault();
  leaving = true;
});

addEventListener("pageshow", () => { leaving = false; });
