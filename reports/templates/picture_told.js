// What a mark or a bar of the timeline tells, read from its title and description; and the keyboard's way among the marks.
"use strict";

(() => {
  const { picture } = haReport;
  if (!picture) {
    return;
  }
  const { known, lanes, marks, one, words } = picture;
  const MOST = 12;
  const panel = one(".told");
  const readout = one(".readout");
  const hint = readout.textContent;

  const made = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };
  const title = (element) => element.querySelector("title").textContent;
  const lines = (element) => {
    const rows = element.dataset.rows?.split(" ") ?? [];
    const text = element.querySelector("desc")?.textContent.trim() ?? "";
    return (text ? text.split("\n") : []).map((line, number) => [...line.split("\t"), rows[number] ?? "-"]);
  };
  const itemOf = (...content) => {
    const item = document.createElement("li");
    item.append(...content);
    return item;
  };
  const lineOf = ([place, text, row]) => {
    const where = made(row === "-" ? "span" : "a", "place", place);
    if (row !== "-") {
      where.href = `#${row}`;
    }
    return itemOf(where, made("code", "", text));
  };
  const tell = (elements) => {
    panel.querySelector(".what").textContent = title(elements[0]);
    const items = elements.slice(0, MOST).flatMap((element, number) => [
      ...(number > 0 ? [itemOf(made("b", "", title(element)))] : []),
      ...lines(element).map(lineOf),
    ]);
    if (elements.length > MOST) {
      items.push(itemOf(words("more", { count: elements.length - MOST })));
    }
    panel.querySelector(".proof").replaceChildren(...items);
    panel.hidden = false;
  };

  let chosen = null;
  const choose = (element) => {
    chosen?.classList.remove("chosen");
    chosen = element;
    element.classList.add("chosen");
    const entry = known.get(element);
    tell(entry ? [entry, ...entry.group.filter((it) => it !== entry)].map((it) => it.mark) : [element]);
    panel.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    panel.hidden = true;
    chosen?.classList.remove("chosen");
    chosen?.focus?.({ preventScroll: true });
    chosen = null;
  };
  const hover = (element) => {
    if (!element) {
      readout.textContent = hint;
      return;
    }
    const [place, text] = lines(element)[0] ?? ["", ""];
    readout.replaceChildren(made("b", "", title(element)), ` ${place ? `${place}: ${text}` : ""}`);
  };
  panel.querySelector(".close").addEventListener("click", close);

  // One stop for the Tab key: from there the arrows lead from mark to mark.

  let stop = null;
  const visible = () => marks.filter(({ mark }) => !mark.classList.contains("under") && mark.checkVisibility?.() !== false);
  const roving = () => {
    const seen = visible();
    const here = seen.some(({ mark }) => mark === stop);
    stop = here ? stop : (seen[0]?.mark ?? null);
    for (const { mark } of marks) {
      mark.setAttribute("tabindex", mark === stop ? 0 : -1);
    }
  };
  const walk = (from, key) => {
    const seen = visible();
    const lane = lanes.find((entries) => entries.some(({ mark }) => mark === from));
    const number = seen.findIndex(({ mark }) => mark === from);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const down = key === "ArrowDown";
    const others = seen.filter((entry) => !lane.includes(entry));
    const after = others.filter((entry) => seen.indexOf(entry) > number === down);
    const next = step ? seen[number + step] : down ? after[0] : after.at(-1);
    if (next) {
      stop = next.mark;
      roving();
      stop.focus();
    }
  };

  Object.assign(picture, { choose, close, hover, panel, walk, settle: roving });
  readout.hidden = false;
})();
