// Everything on a page that a person could not read or hit, as a list of sentences; empty is good.
() => {
  const found = [];
  const name = (e) => {
    const text = (e.innerText || e.getAttribute("aria-label") || e.name || "").trim().replace(/\s+/g, " ").slice(0, 30);
    return `<${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + String(e.className).trim().split(/\s+/).join(".") : ""}> “${text}”`;
  };
  const shown = (e) => {
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    return e.checkVisibility() && box.width > 1 && box.height > 1 && style.visibility === "visible" && !e.closest(".visually-hidden, .yp-skip, [hidden]");
  };
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide + 1) {
    found.push(`the page is ${document.documentElement.scrollWidth}px wide on a screen of ${wide}px`);
    for (const e of document.querySelectorAll("body *")) {
      if (e.children.length === 0 && shown(e) && e.getBoundingClientRect().right > wide + 1 && !e.closest(".yp-table-wrap, .yp-scroll")) { found.push(`  beyond the edge: ${name(e)}`); break; }
    }
  }
  for (const e of document.querySelectorAll("body *")) {
    if (!shown(e) || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e);
    const cut = style.overflowX !== "visible" && style.overflowX !== "auto" && style.overflowX !== "scroll";
    const cutY = style.overflowY === "hidden" || style.overflowY === "clip";
    if (cut && e.scrollWidth > e.clientWidth + 1 || cutY && e.scrollHeight > e.clientHeight + 2) found.push(`clipped text: ${name(e)}`);
    // A tag or a button squeezed until its words stand outside its border.
    const framed = parseFloat(style.borderRightWidth) > 0 || style.backgroundColor !== "rgba(0, 0, 0, 0)";
    if (framed && style.overflowX === "visible" && style.display !== "inline" && e.scrollWidth > e.clientWidth + 2) found.push(`words outside their frame: ${name(e)}`);
    const box = e.getBoundingClientRect();
    if ((box.right > wide + 1 || box.left < -1) && box.right > 0 && !e.closest(".yp-table-wrap, .yp-scroll, pre, svg, .yp-side")) found.push(`text beyond the edge: ${name(e)}`);
    if (parseFloat(style.fontSize) < 12 && !e.closest("[aria-hidden=true], svg")) found.push(`text of ${style.fontSize}: ${name(e)}`);
  }
  const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter((e) => shown(e) && getComputedStyle(e).pointerEvents !== "none");
  const boxes = targets.map((e) => (e.type === "checkbox" || e.type === "radio") && e.closest("label") ? e.closest("label").getBoundingClientRect() : e.getBoundingClientRect());
  targets.forEach((e, i) => {
    const box = boxes[i];
    if (box.width >= 23.5 && box.height >= 23.5) return;
    // A link in a sentence is as high as its line (WCAG 2.2, 2.5.8, exception "inline").
    const inline = getComputedStyle(e).display === "inline" && [...e.parentElement.childNodes].some((n) => n !== e && n.textContent.trim());
    if (inline) return;
    // Exception "spacing": a circle of 24 px around its middle touches no other target.
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const near = boxes.some((other, j) => {
      if (j === i || targets[j].contains(e) || e.contains(targets[j])) return false;
      const dx = Math.max(other.left - x, 0, x - other.right), dy = Math.max(other.top - y, 0, y - other.bottom);
      return Math.hypot(dx, dy) < 12;
    });
    if (near) found.push(`target of ${Math.round(box.width)}×${Math.round(box.height)}px: ${name(e)}`);
  });
  // On phones the cells of a row bear their column's name; one drawn over the value reads as neither.
  for (const e of document.querySelectorAll("td, th")) {
    const label = getComputedStyle(e, "::before");
    const said = !["none", "normal", '""'].includes(label.content);
    if (said && shown(e) && -parseFloat(label.marginLeft) > parseFloat(getComputedStyle(e).paddingLeft) + 1) { found.push(`label over the value: ${name(e)}`); break; }
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) found.push(`id “${id}” twice`);
  for (const use of document.querySelectorAll("svg.yp-icon use")) {
    const box = use.getBoundingClientRect();
    if (shown(use.closest("svg")) && box.width === 0) { found.push(`icon without a picture: ${use.getAttribute("href").split("#")[1]}`); break; }
  }
  return found;
}
