// A decision table as a grid of fields: arrows move, Enter goes down, F2 edits, a block pasted from Excel fills cells,
// Ctrl+Z takes back, Ctrl+S saves; cells are checked by the server while one types. Without script it is a plain form.
const WAIT = 350;

const cellsOf = (row) => [...row.querySelectorAll("input[name=cell]")];
const rowsOf = (form) => [...form.querySelectorAll(".yp-dmn-edit tbody tr")];

function place(form, cell) {
  const rows = rowsOf(form);
  const y = rows.indexOf(cell.closest("tr"));
  return [y, cellsOf(rows[y]).indexOf(cell)];
}

function go(form, y, x) {
  const rows = rowsOf(form);
  const cell = rows[y] && cellsOf(rows[y])[x];
  if (!cell) return false;
  cell.focus();
  cell.select();
  return true;
}

// -- taking back ----------------------------------------------------------------------------------------------------
const past = new WeakMap();
const before = new WeakMap();

function keep(form, changes) {
  if (!past.has(form)) past.set(form, []);
  past.get(form).push(changes);
}

function put(form, changes) {
  keep(form, changes.map(([cell]) => [cell, cell.value]));
  for (const [cell, text] of changes) {
    cell.value = text;
    before.set(cell, text);
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function undo(form) {
  const changes = (past.get(form) || []).pop();
  if (!changes) return;
  for (const [cell, text] of changes) {
    cell.value = text;
    before.set(cell, text);
    later(form, cell);
  }
  changes[0][0].focus();
}

// -- checking while one types ---------------------------------------------------------------------------------------
const timers = new WeakMap();

function later(form, cell) {
  clearTimeout(timers.get(cell));
  timers.set(cell, setTimeout(() => check(form, [cell]), WAIT));
}

async function check(form, cells) {
  for (const kind of ["tests", "value"]) {
    const asked = cells.filter((cell) => cell.dataset.kind === kind);
    if (!asked.length) continue;
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "node"]) body.set(name, form.elements[name].value);
    body.set("kind", kind);
    for (const cell of asked) body.append("text", cell.value);
    let answer;
    try {
      answer = await fetch(form.dataset.check, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) continue;
      answer = await answer.json();
    } catch {
      continue; // the server says it again when the table is saved
    }
    answer.problems.forEach((problem, at) => mark(form, asked[at], problem));
  }
}

function mark(form, cell, problem) {
  const text = problem ? `${cell.getAttribute("aria-label")}：第 ${problem.position + 1} 个字符，${problem.message}${problem.remedy ? `（${problem.remedy}）` : ""}` : "";
  cell.closest("td").classList.toggle("yp-has-problem", Boolean(problem));
  cell.setAttribute("aria-invalid", problem ? "true" : "false");
  cell.title = text;
  if (document.activeElement === cell) say(form, text);
}

function say(form, text) {
  const line = form.querySelector("[data-said]");
  line.textContent = text;
  line.classList.toggle("yp-bad", Boolean(text));
}

// -- keyboard ---------------------------------------------------------------------------------------------------------
function press(form, button) {
  form.requestSubmit(form.querySelector(`button[value="${button}"]`));
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function key(form, event) {
  const cell = event.target;
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    press(form, "save");
    return;
  }
  if (cell.name !== "cell") return;
  const [y, x] = place(form, cell);
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    undo(form);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (!go(form, y + (event.shiftKey ? -1 : 1), x) && !event.shiftKey) press(form, "add-rule");
  } else if (event.key === "F2") {
    event.preventDefault();
    cell.setSelectionRange(cell.value.length, cell.value.length);
  } else if (event.key === "Escape") {
    cell.value = cell.defaultValue;
    later(form, cell);
    cell.select();
  } else if (STEPS[event.key] && !event.shiftKey) {
    const [down, right] = STEPS[event.key];
    const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const edge = all || (right < 0 ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length);
    if (down || edge) {
      if (go(form, y + down, x + right)) event.preventDefault();
    }
  }
}

// -- a block from Excel ---------------------------------------------------------------------------------------------
function paste(form, event) {
  const text = event.clipboardData.getData("text/plain");
  if (event.target.name !== "cell" || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
  const [y, x] = place(form, event.target);
  while (rowsOf(form).length < y + lines.length) addRow(form);
  const rows = rowsOf(form);
  const changes = [];
  lines.forEach((line, down) => line.forEach((value, right) => {
    const cell = cellsOf(rows[y + down])[x + right];
    if (cell) changes.push([cell, unquoted(value)]);
  }));
  put(form, changes);
  check(form, changes.map(([cell]) => cell));
  say(form, "");
}

// Excel writes a cell that holds quotes as "…""…"; a FEEL text of its own keeps its quotes.
function unquoted(value) {
  const text = value.trim();
  return /^"(.*"".*)"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function addRow(form) {
  const rows = rowsOf(form);
  const row = rows[rows.length - 1].cloneNode(true);
  row.querySelector("input[name=rule]").value = "";
  row.querySelector("th").firstChild.textContent = String(rows.length + 1);
  for (const cell of cellsOf(row)) {
    cell.value = cell.defaultValue = cell.dataset.kind === "tests" ? "-" : "";
    cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+/, String(rows.length + 1)));
  }
  for (const button of row.querySelectorAll("button")) button.remove(); // they come with the saved table
  rows[rows.length - 1].after(row);
}

for (const form of document.querySelectorAll("form[data-yp-dmn]")) {
  form.addEventListener("keydown", (event) => key(form, event));
  form.addEventListener("paste", (event) => paste(form, event));
  form.addEventListener("focusin", (event) => {
    if (event.target.name !== "cell") return;
    before.set(event.target, event.target.value);
    say(form, event.target.title);
  });
  form.addEventListener("change", (event) => {
    const cell = event.target;
    if (cell.name === "cell" && before.get(cell) !== cell.value) keep(form, [[cell, before.get(cell) ?? ""]]);
    before.set(cell, cell.value);
  });
  form.addEventListener("input", (event) => {
    if (event.target.name === "cell") later(form, event.target);
  });
  check(form, [...form.querySelectorAll("input[name=cell]")]);
}
