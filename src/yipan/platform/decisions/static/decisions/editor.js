// A decision table as a grid of fields, with the keys of a spreadsheet; rows are added, moved and deleted here, and every
// change can be taken back. Cells are checked by the server while one types. Without script it is a plain form.
const WAIT = 350;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const bodyOf = (form) => form.querySelector(".yp-dmn-edit tbody");
const rowsOf = (form) => [...bodyOf(form).rows];
const cellsOf = (row) => [...row.querySelectorAll("input[name=cell]")];
const isCell = (element) => element.matches("input[name=cell]");

function place(form, cell) {
  const row = cell.closest("tr");
  return [rowsOf(form).indexOf(row), cellsOf(row).indexOf(cell)];
}

function go(form, y, x) {
  const row = rowsOf(form)[y];
  const cell = row && cellsOf(row)[x];
  if (!cell) return false;
  cell.focus();
  cell.select();
  return true;
}

// -- changes that can be taken back -----------------------------------------------------------------------------------
// A change is a list of steps; each knows how it is done, how it is undone, and where one stands afterwards.
const books = new WeakMap(); // form -> { done: [], undone: [] }
const known = new WeakMap(); // cell -> the text that the book knows of

function book(form) {
  if (!books.has(form)) books.set(form, { done: [], undone: [] });
  return books.get(form);
}

function write(form, cell, text) {
  cell.value = text;
  known.set(cell, text);
  later(form, cell);
}

const text = (form, cell, now) => {
  const was = cell.value;
  return { at: cell, redo: () => write(form, cell, now), undo: () => write(form, cell, was) };
};
const put = (form, row, next) => {
  const from = row.isConnected ? row.nextElementSibling : undefined;
  const back = from === undefined ? () => row.remove() : () => bodyOf(form).insertBefore(row, from);
  return { at: row, redo: () => bodyOf(form).insertBefore(row, next), undo: back };
};
const drop = (form, row) => {
  const next = row.nextElementSibling;
  return { at: next, redo: () => row.remove(), undo: () => bodyOf(form).insertBefore(row, next) };
};

function changed(form) {
  number(form);
  form.elements.node.dispatchEvent(new Event("input", { bubbles: true })); // the page warns before it is left
}

function act(form, step) {
  step.redo();
  return step;
}

function keep(form, steps) {
  book(form).done.push(steps);
  book(form).undone = [];
  changed(form);
}

// What was typed into a cell becomes a change when the cell is left, or before anything else is done.
function settle(form, cell) {
  const was = known.get(cell);
  const now = cell.value;
  if (was === undefined || was === now) return;
  known.set(cell, now);
  keep(form, [{ at: cell, redo: () => write(form, cell, now), undo: () => write(form, cell, was) }]);
}

function turn(form, from, to, way) {
  const steps = book(form)[from].pop();
  if (!steps) return;
  for (const step of way === "undo" ? [...steps].reverse() : steps) step[way]();
  book(form)[to].push(steps);
  changed(form);
  const at = steps[0].at;
  const cell = at && at.isConnected && (at.matches("tr") ? cellsOf(at)[0] : at);
  if (cell) cell.focus();
}

// -- rows -------------------------------------------------------------------------------------------------------------
function fresh(form, like, texts) {
  const row = like.cloneNode(true);
  row.querySelector("input[name=rule]").value = "";
  cellsOf(row).forEach((cell, x) => {
    cell.value = cell.defaultValue = texts ? texts[x] : cell.dataset.kind === "tests" ? "-" : "";
    cell.removeAttribute("aria-invalid");
    cell.title = "";
    cell.closest("td").classList.remove("yp-has-problem");
    known.set(cell, cell.value);
  });
  return row;
}

// Numbers of rows stand in their heads, in the names of their cells and in what their buttons ask the server for.
function number(form) {
  rowsOf(form).forEach((row, at) => {
    const said = String(at + 1);
    const head = row.querySelector("th").firstChild;
    if (head.textContent === said) return;
    head.textContent = said;
    for (const one of row.querySelectorAll("[aria-label]")) {
      one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/规则 \d+/, `规则 ${said}`));
    }
    for (const button of row.querySelectorAll("button")) button.value = button.value.replace(/\d+$/, said);
  });
}

const ROWS = {
  up: (form, row) => row.previousElementSibling && put(form, row, row.previousElementSibling),
  down: (form, row) => row.nextElementSibling && put(form, row, row.nextElementSibling.nextElementSibling),
  copy: (form, row) => put(form, fresh(form, row, cellsOf(row).map((cell) => cell.value)), row.nextElementSibling),
  add: (form, row) => put(form, fresh(form, row), row.nextElementSibling),
  drop: (form, row) => rowsOf(form).length > 1 && drop(form, row),
};

// False where it cannot be done here: the last rule goes, and the first comes, by way of the server.
function onRow(form, what, row, x) {
  const step = row && ROWS[what](form, row);
  if (!step) return false;
  keep(form, [act(form, step)]);
  const there = what === "copy" || what === "add" ? row.nextElementSibling : row.isConnected ? row : step.at;
  const rows = rowsOf(form);
  go(form, there ? rows.indexOf(there) : rows.length - 1, x);
  return true;
}

// -- checking while one types -----------------------------------------------------------------------------------------
const timers = new WeakMap();

function later(form, cell) {
  clearTimeout(timers.get(cell));
  timers.set(cell, setTimeout(() => check(form, [cell]), WAIT));
}

async function check(form, cells) {
  for (const kind of ["tests", "value"]) {
    const asked = cells.filter((cell) => cell.dataset.kind === kind);
    const texts = [...new Set(asked.map((cell) => cell.value))];
    if (!texts.length) continue;
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "node"]) body.set(name, form.elements[name].value);
    body.set("kind", kind);
    body.set("texts", JSON.stringify(texts));
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) continue;
      const { problems } = await answer.json();
      const said = new Map(texts.map((one, at) => [one, problems[at]]));
      for (const cell of asked) if (said.has(cell.value)) mark(form, cell, said.get(cell.value));
    } catch {
      continue; // the server says it again when the table is saved
    }
  }
}

function mark(form, cell, problem) {
  const said = problem ? `${cell.getAttribute("aria-label")}：第 ${problem.position + 1} 个字符，${problem.message}${problem.remedy ? `（${problem.remedy}）` : ""}` : "";
  cell.closest("td").classList.toggle("yp-has-problem", Boolean(problem));
  cell.setAttribute("aria-invalid", problem ? "true" : "false");
  cell.title = said;
  if (document.activeElement === cell) say(form, said);
}

function say(form, words) {
  const line = form.querySelector("[data-said]");
  line.textContent = words;
  line.classList.toggle("yp-bad", Boolean(words));
}

// -- keyboard ---------------------------------------------------------------------------------------------------------
function press(form, button) {
  form.requestSubmit(form.querySelector(`button[value="${button}"]`));
}

// True when the key was meant for the grid.
function key(form, cell, event) {
  const [y, x] = place(form, cell);
  const row = cell.closest("tr");
  const control = event.ctrlKey || event.metaKey;
  const letter = event.key.toLowerCase();
  if (control && letter === "z" && !event.shiftKey) {
    settle(form, cell);
    turn(form, "done", "undone", "undo");
  } else if (control && (letter === "y" || letter === "z")) {
    settle(form, cell);
    turn(form, "undone", "done", "redo");
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    settle(form, cell);
    onRow(form, event.key === "ArrowUp" ? "up" : "down", row, x);
  } else if (event.altKey && event.key === "Delete") {
    if (!onRow(form, "drop", row, x)) press(form, "drop-rule:1");
  } else if (event.key === "Enter" && !control) { // with Ctrl it saves, as everywhere
    settle(form, cell);
    if (event.altKey || (!event.shiftKey && !row.nextElementSibling)) onRow(form, "add", row, event.altKey ? 0 : x);
    else go(form, y + (event.shiftKey ? -1 : 1), x);
  } else if (event.key === "Tab") {
    const last = cellsOf(row).length - 1;
    return event.shiftKey ? x === 0 && go(form, y - 1, last) : x === last && go(form, y + 1, 0);
  } else if (event.key === "F2") {
    cell.setSelectionRange(cell.value.length, cell.value.length);
  } else if (event.key === "Escape") {
    cell.value = known.get(cell) ?? cell.defaultValue;
    later(form, cell);
    cell.select();
  } else if (STEPS[event.key] && !event.shiftKey && !control && !event.altKey) {
    const [down, right] = STEPS[event.key];
    const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const edge = all || (right < 0 ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length);
    return Boolean(down || edge) && go(form, y + down, x + right);
  } else {
    return false;
  }
  return true;
}

function pressed(form, event) {
  if (event.isComposing || event.keyCode === 229) return; // the keys belong to the input method
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    press(form, "save");
  } else if (isCell(event.target) && key(form, event.target, event)) {
    event.preventDefault();
  }
}

// -- a block from Excel -----------------------------------------------------------------------------------------------
function paste(form, event) {
  const block = event.clipboardData.getData("text/plain");
  if (!isCell(event.target) || !/[\t\n]/.test(block.trimEnd())) return;
  event.preventDefault();
  settle(form, event.target);
  const lines = block.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
  const [y, x] = place(form, event.target);
  const steps = [];
  while (rowsOf(form).length < y + lines.length) {
    const last = bodyOf(form).lastElementChild;
    steps.push(act(form, put(form, fresh(form, last), null)));
  }
  const rows = rowsOf(form);
  const cells = [];
  lines.forEach((line, down) => line.forEach((value, right) => {
    const cell = cellsOf(rows[y + down])[x + right];
    if (!cell) return;
    cells.push(cell);
    steps.push(act(form, text(form, cell, unquoted(value))));
  }));
  steps.unshift({ at: event.target, redo() {}, undo() {} });
  keep(form, steps);
  for (const cell of cells) clearTimeout(timers.get(cell));
  check(form, cells);
  const beyond = Math.max(...lines.map((line) => line.length)) - (cellsOf(rows[y]).length - x);
  say(form, beyond > 0 ? `粘贴的内容比表宽，右边 ${beyond} 列没有填入` : "");
}

// Excel writes a cell that holds quotes as "…""…"; a FEEL text of its own keeps its quotes.
function unquoted(value) {
  const plain = value.trim();
  return /^"(.*"".*)"$/s.test(plain) ? plain.slice(1, -1).replaceAll('""', '"') : plain;
}

// -- every grid of the page -------------------------------------------------------------------------------------------
function clicked(form, event) {
  const button = event.target.closest("button[name=do]");
  const [what] = button ? button.value.split(":") : [""];
  const row = what === "add-rule" ? bodyOf(form).lastElementChild : button && button.closest("tr");
  const does = { up: "up", down: "down", copy: "copy", "drop-rule": "drop", "add-rule": "add" }[what];
  if (!does) return;
  const alone = !row || (does === "drop" && rowsOf(form).length === 1);
  if (alone) return;
  event.preventDefault();
  if (onRow(form, does, row, 0) && does !== "drop" && does !== "add" && does !== "copy") button.focus();
}

function start(form) {
  form.addEventListener("keydown", (event) => pressed(form, event));
  form.addEventListener("paste", (event) => paste(form, event));
  form.addEventListener("click", (event) => clicked(form, event));
  form.addEventListener("focusin", (event) => {
    if (isCell(event.target)) say(form, event.target.title);
  });
  form.addEventListener("change", (event) => {
    if (isCell(event.target)) settle(form, event.target);
  });
  form.addEventListener("input", (event) => {
    if (isCell(event.target)) later(form, event.target);
  });
  // One field for all cells: a form may have a thousand fields at most.
  form.addEventListener("formdata", ({ formData }) => {
    const grid = [formData.getAll("rule"), formData.getAll("cell")];
    for (const name of ["rule", "cell"]) formData.delete(name);
    formData.set("grid", JSON.stringify(grid));
  });
  const cells = [...form.querySelectorAll("input[name=cell]")];
  for (const cell of cells) known.set(cell, cell.value);
  check(form, cells);
  // What stands here was not saved; the page's own script listens once all is loaded.
  if ("kept" in form.dataset) addEventListener("load", () => changed(form), { once: true });
}

for (const form of document.querySelectorAll("form[data-yp-dmn]")) start(form);
