// Shortcuts: / search, ? this help, j and k through the rows of a list, Enter opens, x chooses, t goes to the task,
// 1 to 9 choose its answer, Alt+1 to Alt+9 insert a phrase, Ctrl+Enter submits.
const HELP = [
  ["/", "光标移到搜索框"], ["j / k", "列表中下一行 / 上一行"], ["Enter", "打开当前行"], ["x", "选中或取消当前行"],
  ["t", "光标移到本环节办理"], ["1 … 9", "选择办理结果"], ["Alt + 1 … 9", "插入常用意见"], ["Ctrl + Enter", "提交当前表单"], ["Esc", "关闭菜单或对话框"], ["?", "显示本说明"],
];
const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function help() {
  const box = document.createElement("dialog");
  box.className = "yp-dialog";
  box.setAttribute("aria-label", "键盘快捷键");
  const list = document.createElement("dl");
  list.className = "yp-kv";
  for (const [key, text] of HELP) {
    const line = document.createElement("div");
    const [name, words] = [document.createElement("dt"), document.createElement("dd")];
    name.textContent = key;
    words.textContent = text;
    line.append(name, words);
    list.append(line);
  }
  const form = document.createElement("form");
  form.method = "dialog";
  const button = document.createElement("button");
  button.className = "btn yp-plain";
  button.textContent = "关闭";
  form.append(button);
  box.append(list, form);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

function step(by) {
  const rows = [...document.querySelectorAll("form[data-yp-list] tbody tr")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("yp-here"));
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  rows.forEach((row) => row.classList.toggle("yp-here", row === next));
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
    const phrase = document.querySelector(`[data-yp-key="Alt+${event.code.at(-1)}"]`);
    if (phrase) { event.preventDefault(); phrase.click(); }
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const here = document.querySelector("tr.yp-here");
  if (event.key === "/") {
    const find = document.querySelector("[data-yp-find]");
    if (find) { event.preventDefault(); find.focus(); }
  } else if (event.key === "?") help();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "t") {
    const field = document.querySelector("#task input:not([type=hidden]), #task textarea");
    if (field) { event.preventDefault(); field.focus(); }
  } else if (/^[1-9]$/.test(event.key)) {
    const answer = document.querySelector(`[data-yp-key="${event.key}"]`);
    if (answer) { answer.click(); answer.focus(); }
  } else if (event.key === "x") here?.querySelector("input[name=row]")?.click();
  else if (event.key === "Enter" && here && event.target === document.body) here.querySelector("a[href]")?.click();
});
