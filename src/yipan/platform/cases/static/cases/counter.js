// The devices of a window, through the bridge on this computer. Everything also works by keyboard and upload.
//   <div data-yp-bridge="http://127.0.0.1:17703" data-yp-token="…">  where the bridge is; a token only in the demo
//   <button data-yp-read-id>       fills the fields name, id_kind and id_no of its form from the card
//   <section data-yp-scan="/address/">  button[data-yp-scan-start], [data-yp-pages], button[data-yp-scan-keep]
//   <button data-yp-sign="about">  puts the pad's picture into the field picture of its form and sends it
//   <form data-yp-slip="/address/" data-yp-slip-done="/address/0/">  queues a slip, prints it, tells what became of it
//   <form data-yp-hand-over>       makes the devices and this browser forget the client
//   [data-yp-devices]              states of the devices;  form[data-yp-pair]: keeps the pairing token here
const where = () => document.querySelector("[data-yp-bridge]");
const KEY = "yipan.bridge.token";
const token = () => localStorage.getItem(KEY) || where()?.dataset.ypToken || "";

async function ask(path, body) {
  const base = where()?.dataset.ypBridge;
  if (!base) throw new Error("本页面没有接入设备");
  let answer;
  try {
    answer = await fetch(base + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { "X-Bridge-Token": token(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw new Error("没有连上设备程序，请手工录入或上传；设备程序没有启动的，请联系管理员");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.message || "设备没有应答");
  return told;
}

function say(near, text, bad = true) {
  const box = near.querySelector("[data-yp-said]") || near.closest("section, form, div")?.querySelector("[data-yp-said]");
  if (box) { box.textContent = text; box.className = bad ? "yp-fault" : "form-text"; }
  document.getElementById("yp-announce").textContent = text;
}

const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

async function post(address, body) {
  body.append("csrfmiddlewaretoken", csrf());
  const answer = await fetch(address, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.message || "没有保存成功，请重试");
  return told;
}

// -- reading a card ---------------------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-yp-read-id]");
  if (!button) return;
  const form = button.form;
  try {
    const card = await ask("/read-id", {});
    form.elements.name.value = card.name;
    form.elements.id_no.value = card.number;
    if ([...form.elements.id_kind.options].some((one) => one.value === card.kind)) form.elements.id_kind.value = card.kind;
    say(form, `已读取 ${card.name} 的证件，请与本人核对`, false);
    form.elements.phone.focus();
  } catch (problem) { say(form, problem.message); }
});

// -- scanning a stack -------------------------------------------------------------------------------------------------
const stack = [];

function draw(section) {
  const list = section.querySelector("[data-yp-pages]");
  list.replaceChildren(...stack.map((page, at) => {
    const item = section.querySelector("template").content.firstElementChild.cloneNode(true);
    const picture = item.querySelector("img");
    picture.src = page.picture;
    picture.alt = `第 ${at + 1} 页`;
    picture.dataset.turn = page.turn;
    const choice = item.querySelector("select");
    choice.value = page.code;
    choice.setAttribute("aria-label", `第 ${at + 1} 页归入`);
    choice.addEventListener("change", () => { page.code = choice.value; });
    item.querySelector("[data-yp-turn]").addEventListener("click", () => { page.turn = (page.turn + 90) % 360; draw(section); });
    item.querySelector("[data-yp-drop]").addEventListener("click", () => { stack.splice(at, 1); draw(section); });
    return item;
  }));
  section.querySelector("[data-yp-scan-keep]").hidden = !stack.length;
}

// A sheet that carries the code of a material begins its paper; the sheets behind it belong to it.
function sorted(section, pages) {
  const known = new Set([...section.querySelector("template").content.querySelectorAll("option")].map((one) => one.value));
  let code = "";
  for (const page of pages) {
    if (known.has(page.code) && page.code) code = page.code;
    stack.push({ picture: page.picture, code, turn: 0 });
  }
}

document.addEventListener("click", async (event) => {
  const start = event.target.closest("[data-yp-scan-start]");
  if (start) {
    const section = start.closest("[data-yp-scan]");
    try {
      sorted(section, (await ask("/scan", {})).pages);
      draw(section);
      say(section, `已扫描 ${stack.length} 页，请核对归入的材料`, false);
    } catch (problem) { say(section, problem.message); }
  }
  const keep = event.target.closest("[data-yp-scan-keep]");
  if (keep) {
    const section = keep.closest("[data-yp-scan]");
    if (stack.some((page) => !page.code)) { say(section, "还有页面没有归入材料"); return; }
    const body = new FormData();
    body.append("plan", JSON.stringify(stack.map((page, at) => ({ code: page.code, page: at, turn: page.turn }))));
    for (const [at, page] of stack.entries()) body.append("page", await (await blob(page.picture)), `${at + 1}.png`);
    try {
      await post(section.dataset.ypScan, body);
      stack.length = 0;
      location.reload();
    } catch (problem) { say(section, problem.message); }
  }
});

function blob(address) {
  const [head, data] = address.split(",");
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5, head.indexOf(";")) });
}

// -- signing ----------------------------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-yp-sign]");
  if (!button) return;
  try {
    button.form.elements.picture.value = (await ask("/sign", { about: button.dataset.ypSign })).picture;
    button.form.requestSubmit();
  } catch (problem) { say(button.form, problem.message); }
});

// -- slips ------------------------------------------------------------------------------------------------------------
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-yp-slip]");
  if (!form) return;
  event.preventDefault();
  let job;
  try {
    job = await post(form.dataset.ypSlip, new FormData(form));
  } catch (problem) { say(form, problem.message); return; }
  const told = new FormData();
  try {
    await ask("/print", { lines: job.lines });
    told.append("ok", "1");
    say(form, "小票已打印", false);
  } catch (problem) {
    told.append("problem", problem.message);
    say(form, problem.message);
  }
  await post(form.dataset.ypSlipDone.replace("/0/", `/${job.id}/`), told).catch(() => null);
});

// -- handing over, pairing, states ------------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-yp-hand-over]")) return;
  ask("/clear", {}).catch(() => null);
  sessionStorage.clear();
  window.yipan?.wipeDrafts?.();
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-yp-pair]");
  if (!form) return;
  event.preventDefault();
  const given = form.elements.token.value.trim();
  if (given) localStorage.setItem(KEY, given); else localStorage.removeItem(KEY);
  show();
});

async function show() {
  const list = document.querySelector("[data-yp-devices]");
  if (!list) return;
  if (!token()) { list.firstElementChild.textContent = "这台电脑还没有与设备配对"; return; }
  try {
    const { devices } = await ask("/devices");
    list.replaceChildren(...devices.map((one) => {
      const line = document.createElement("li");
      line.textContent = `${one.name}：${{ ready: "可用", missing: "没有连接", trouble: "有故障" }[one.state]}${one.note ? `（${one.note}）` : ""}`;
      return line;
    }));
  } catch (problem) {
    const line = document.createElement("li");
    line.textContent = problem.message;
    list.replaceChildren(line);
  }
}
show();

// A page that comes back out of the browser's memory would show the client before.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
