// Drawing a box on the picture of a page.
//   <figure data-yp-mark="#form">  its svg holds <rect data-yp-drawing>; the form gets where, left, top, width, height
//                                  in thousandths of the page
const sheet = document.querySelector("[data-yp-mark]");
const form = sheet && document.querySelector(sheet.dataset.ypMark);
const shown = sheet?.querySelector("[data-yp-drawing]");
let from = null;

const clamp = (value) => Math.min(Math.max(value, 0), 1000);

function at(event) {
  const frame = sheet.getBoundingClientRect();
  return [clamp((1000 * (event.clientX - frame.left)) / frame.width), clamp((1000 * (event.clientY - frame.top)) / frame.height)];
}

function draw(box) {
  const names = { left: "x", top: "y", width: "width", height: "height" };
  for (const [name, attribute] of Object.entries(names)) {
    shown.setAttribute(attribute, `${box[name] / 10}%`);
    form.elements[name].value = Math.round(box[name]);
  }
}

function follow(event) {
  if (!from) return;
  const [x, y] = at(event);
  draw({ left: Math.min(x, from[0]), top: Math.min(y, from[1]), width: Math.abs(x - from[0]), height: Math.abs(y - from[1]) });
}

sheet?.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls; the choice of a field is there
  event.preventDefault();
  sheet.setPointerCapture(event.pointerId);
  from = at(event);
});
sheet?.addEventListener("pointermove", follow);
sheet?.addEventListener("pointerup", (event) => {
  if (!from) return;
  follow(event);
  from = null;
  form.elements.where.value = "drawn";
  form.elements.remark.focus();
});
if (form?.elements.where.value === "drawn" && form.elements.width.value) {
  draw(Object.fromEntries(["left", "top", "width", "height"].map((name) => [name, Number(form.elements[name].value)])));
}
form?.elements.where.addEventListener("change", () => {
  if (form.elements.where.value !== "drawn") draw({ left: 0, top: 0, width: 0, height: 0 });
});
