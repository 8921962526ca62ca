// Choosing rows of a list: all at once, a range with Shift, and how many are chosen.
let last = null;

function tell(form) {
  const rows = [...form.querySelectorAll("input[name=row]")];
  const chosen = rows.filter((row) => row.checked).length;
  const all = form.querySelector("[data-yp-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === rows.length;
    all.indeterminate = chosen > 0 && chosen < rows.length;
  }
  const place = form.querySelector("[data-yp-chosen]");
  if (place) place.textContent = chosen ? `已选 ${chosen} 行` : "";
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches("input[type=checkbox]")) return;
  const form = box.closest("form[data-yp-list]");
  if (!form) return;
  const rows = [...form.querySelectorAll("input[name=row]")];
  if ("ypAll" in box.dataset) rows.forEach((row) => { row.checked = box.checked; });
  else if (event.shiftKey && last && rows.includes(last)) {
    const [from, to] = [rows.indexOf(last), rows.indexOf(box)].sort((a, b) => a - b);
    rows.slice(from, to + 1).forEach((row) => { row.checked = box.checked; });
  }
  last = box;
  tell(form);
});
