// The timeline: zoom, pan, selection of a time, the lines behind a mark. It reads without any of it.
"use strict";

(() => {
  const picture = document.getElementById("picture");
  if (!picture) {
    return;
  }
  const EDGE = 1.2; // percent free on both sides, as in lanes_drawing.py
  const NEAR = 17; // pixels: marks closer than this would cover each other
  const LETTER = 6.7;
  const [PLAIN, LETTERED] = [9, 24]; // how far a mark reaches to the left without and with its letter
  const SHORTEST = 10; // milliseconds in view
  const SECOND = 1000;
  const DAY = 86400 * SECOND;
  const STEPS = [
    1, 2, 5, 10, 20, 50, 100, 200, 500,
    ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200].map((s) => s * SECOND),
    ...[1, 2, 7, 14, 28, 91, 182, 364].map((d) => d * DAY),
  ];
  const GRAVITY = ["failed", "not-fenced", "lost", "fenced", "quorum-lost", "stopped", "change", "cleaned", "quorum"];

  const all = (selector, root = picture) => [...root.querySelectorAll(selector)];
  const one = (selector) => picture.querySelector(selector);
  const plot = one("[data-plot]");
  const begin = Number(picture.dataset.begin);
  const whole = Number(picture.dataset.end);
  const focus = picture.dataset.focus?.split(" ").map(Number);
  const words = (name, values) => picture.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  let view = [0, whole];
  let selected = null;
  let selecting = false;

  // What is drawn: read once, then only moved.

  const openerOf = (track) => track.closest(".inner")?.parentElement.querySelector(":scope > .opener");
  const tracks = all(".stack-of-lanes .track").map((track) => ({
    opener: openerOf(track),
    bars: all(".bar", track).map((group) => ({
      group,
      box: group.querySelector("svg"),
      long: group.querySelector(".long"),
      short: group.querySelector(".short"),
      a: Number(group.dataset.a),
      b: Number(group.dataset.b),
    })),
    marks: all(".mark", track).map((mark) => ({
      mark,
      at: mark.querySelector(".at"),
      times: mark.querySelector(".times"),
      where: mark.querySelector(".where"),
      letter: mark.querySelector(".where")?.textContent ?? "",
      t: Number(mark.dataset.t),
      n: Number(mark.dataset.n),
      rank: GRAVITY.findIndex((kind) => mark.classList.contains(kind)) + 1 || 99,
      group: [],
    })),
  }));
  const lanes = tracks.map((track) => track.marks);
  const marks = lanes.flat();
  const known = new Map(marks.map((entry) => [entry.mark, entry]));
  const strips = all(".strip").map((strip) => ({ strip, bins: Number(strip.dataset.bins) }));
  const axis = one(".axis .track");
  const rules = one(".rules");
  const cursor = one(".cursor");
  const readout = one(".readout");
  const hint = readout.textContent;

  const share = (t) => EDGE + ((100 - 2 * EDGE) * (t - view[0])) / (view[1] - view[0]);
  const percent = (number) => `${number.toFixed(3)}%`;
  const textWidth = (text) => 12 + LETTER * [...text].reduce((sum, it) => sum + (it.charCodeAt(0) > 0x2e80 ? 2 : 1), 0);
  const plotBox = () => axis.getBoundingClientRect();
  const timeAt = (x) => {
    const box = plotBox();
    return view[0] + (((x - box.left) / box.width) * 100 - EDGE) / (100 - 2 * EDGE) * (view[1] - view[0]);
  };

  // Times as people read them, in UTC

  const iso = (t) => new Date(begin + t).toISOString();
  const clock = (t, step = 1) => {
    const text = iso(t);
    return step >= 60 * SECOND ? text.slice(11, 16) : step >= SECOND ? text.slice(11, 19) : text.slice(11, 23);
  };
  const day = (t) => iso(t).slice(0, 10);
  const severalDays = day(0) !== day(whole);
  const exact = (t) => clock(t, view[1] - view[0] < 60 * SECOND ? 1 : SECOND).replace(/\.000$/, "");
  const between = ([from, to]) => {
    const until = day(from) === day(to) ? exact(to) : `${day(to)} ${exact(to)}`;
    return { from: `${day(from)} ${exact(from)}`, to: `${until} UTC` };
  };

  const svg = (name, attributes, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    made.textContent = text;
    return made;
  };

  const ticks = (width) => {
    const most = Math.max(2, Math.floor(width / 105));
    const step = STEPS.find((it) => (view[1] - view[0]) / it < most) ?? STEPS.at(-1);
    const found = [];
    let before = "";
    for (let t = Math.ceil((begin + view[0]) / step) * step - begin; t <= view[1] && found.length < most; t += step) {
      const dated = severalDays && day(t) !== before;
      before = day(t);
      const label = step >= DAY ? before : (dated ? `${before.slice(5)} ` : "") + clock(t, step);
      found.push([percent(share(t)), label, (share(t) / 100) * width > width - 36 ? "tick last" : "tick"]);
    }
    axis.replaceChildren(...found.map(([x, label, name]) => svg("text", { class: name, x, y: 14 }, label)));
    rules.replaceChildren(...found.map(([x]) => svg("line", { x1: x, x2: x, y1: 0, y2: "100%" })));
  };

  // A text begins where the bar is seen, behind a mark that stands there, and ends before the next one.
  const drawText = (bar, from, to, taken) => {
    let start = from;
    for (const [x, left, right] of taken) {
      start = x > start - right && x < start + PLAIN + left ? x + right - 2 : start;
    }
    const end = Math.min(to, ...taken.filter(([x]) => x > start).map(([x, left]) => x - left));
    const fits = (text) => text && end - start > textWidth(text.textContent);
    const low = bar.group.dataset.tracks > 2;
    const long = !low && fits(bar.long);
    const short = !low && !long && fits(bar.short);
    bar.group.classList.toggle("long", Boolean(long));
    bar.group.classList.toggle("short", Boolean(short));
    bar.long?.setAttribute("x", start - from + 6 + bar.hidden);
    bar.short?.setAttribute("x", (start - from + end - from) / 2 + bar.hidden);
  };

  const drawBar = (bar, width, taken) => {
    const from = Math.max(share(bar.a), -0.3);
    const to = Math.min(share(bar.b), 100.3);
    const seen = to > 0 && from < 100;
    bar.group.classList.toggle("under", !seen);
    if (!seen) {
      return;
    }
    bar.box.setAttribute("x", percent(from));
    if (bar.a === bar.b) {
      return; // what a single snapshot shows has no length
    }
    bar.box.setAttribute("width", percent(Math.max(to - from, 0.12)));
    bar.hidden = from < 0 ? (-from / 100) * width : 0;
    drawText(bar, (Math.max(from, 0) / 100) * width, (Math.min(to, 100) / 100) * width, taken);
  };

  // Of marks that would cover each other the gravest shows, with the number of all.
  const drawMarks = (lane, width) => {
    let group = [];
    let last = -Infinity; // pixels: the mark before
    const close = () => {
      if (group.length === 0) {
        return;
      }
      const head = group.reduce((best, entry) => (entry.rank < best.rank ? entry : best));
      const number = group.reduce((sum, entry) => sum + entry.n, 0);
      for (const entry of group) {
        entry.mark.classList.toggle("under", entry !== head);
        entry.group = entry === head ? group : [];
      }
      head.at.setAttribute("x", percent(share(head.t)));
      head.times.textContent = number > 1 ? number : "";
      if (head.where) {
        const room = (share(head.t) / 100) * width - last > LETTERED + PLAIN;
        head.where.textContent = room && group.every(({ letter }) => letter === head.letter) ? head.letter : "";
      }
      last = (share(head.t) / 100) * width;
      group = [];
    };
    for (const entry of lane) {
      const x = share(entry.t);
      if (x < -0.5 || x > 100.5) {
        entry.mark.classList.add("under");
        entry.group = [];
        continue;
      }
      if (group.length > 0 && ((x - share(group[0].t)) / 100) * width >= NEAR) {
        close();
      }
      group.push(entry);
    }
    close();
  };

  // The finest strip whose bins can still be told apart
  const drawStrips = (width) => {
    const part = (view[1] - view[0]) / whole;
    const fits = strips.filter(({ bins }) => bins * part <= width / 2);
    const best = fits.at(-1) ?? strips[0];
    for (const level of strips) {
      level.strip.classList.toggle("finer", level !== best);
    }
    if (best) {
      const from = (view[0] / whole) * best.bins;
      const span = part * best.bins;
      const room = (span * EDGE) / (100 - 2 * EDGE);
      best.strip.setAttribute("viewBox", `${from - room} 0 ${span + 2 * room} 100`);
    }
  };

  const drawSelected = () => {
    const rect = cursor.querySelector(".selected");
    const from = selected ? Math.max(share(selected[0]), 0) : 0;
    const to = selected ? Math.min(share(selected[1]), 100) : 0;
    rect.setAttribute("x", percent(from));
    rect.setAttribute("width", percent(Math.max(to - from, 0)));
  };

  let settled = 0;
  const draw = () => {
    const { width } = plotBox();
    ticks(width);
    for (const track of tracks.filter(({ opener }) => opener?.checked !== false)) {
      drawMarks(track.marks, width);
      const heads = track.marks.filter((entry) => entry.group.length > 0);
      const taken = heads.map(({ t, where, times }) => [
        (share(t) / 100) * width,
        where?.textContent ? LETTERED : PLAIN,
        PLAIN + 7 * times.textContent.length,
      ]);
      track.bars.forEach((bar) => drawBar(bar, width, taken));
    }
    drawStrips(width);
    cursor.style.height = "0"; // so that it does not hold the frame open itself
    cursor.style.height = `${plot.scrollHeight}px`;
    drawSelected();
    const isAll = view[0] === 0 && view[1] === whole;
    const isFocus = focus !== undefined && view[0] === focus[0] && view[1] === focus[1];
    one("[data-do=all]").setAttribute("aria-pressed", isAll);
    one("[data-do=focus]")?.setAttribute("aria-pressed", isFocus);
    one("#picture-title .soft").textContent = words("shown", between(view));
    picture.dataset.view = `${Math.round(view[0])} ${Math.round(view[1])}`;
    clearTimeout(settled);
    settled = setTimeout(roving, 100); // looking at what is seen takes longer than moving it
  };
  // The view

  let pending = 0;
  const show = (from, to, keep = true) => {
    const span = Math.min(Math.max(to - from, Math.min(SHORTEST, whole)), whole);
    const start = Math.min(Math.max((from + to - span) / 2, 0), whole - span);
    view = [start, start + span];
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      draw();
      if (keep) {
        remember();
      }
    });
  };
  const zoom = (factor, around = (view[0] + view[1]) / 2) =>
    show(around - (around - view[0]) * factor, around + (view[1] - around) * factor);
  const pan = (part) => {
    const step = Math.min(Math.max(part * (view[1] - view[0]), -view[0]), whole - view[1]);
    show(view[0] + step, view[1] + step);
  };

  // Links to a time: #t=2026-11-23T01:23:20Z/2026-11-23T01:25:00Z

  let written = 0;
  const remember = () => {
    clearTimeout(written);
    written = setTimeout(() => {
      const isAll = view[0] === 0 && view[1] === whole;
      const hash = `#t=${view.map(iso).join("/")}`;
      history.replaceState(null, "", isAll ? location.pathname + location.search : hash);
    }, 250);
  };
  const asked = () => {
    const hash = location.hash.replaceAll("%3A", ":").replaceAll("%2F", "/"); // as some mail programs write it
    const [, from, to] = /^#t=([^/]+)(?:\/(.+))?$/.exec(hash) ?? [];
    const [a, b] = [from, to ?? from].map((text) => Date.parse(text) - begin);
    if (Number.isNaN(a) || Number.isNaN(b) || Math.max(a, b) < 0 || Math.min(a, b) > whole) {
      return false;
    }
    const room = to ? 0 : Math.min(whole / 20, 5 * SECOND);
    show(Math.max(Math.min(a, b) - room, 0), Math.min(Math.max(a, b) + room, whole), false);
    return true;
  };

  // Selecting a time filters the tables, which listen.

  const note = one(".selection");
  const mark = (span) => {
    selected = span;
    drawSelected();
    note.hidden = selected === null;
    if (selected) {
      note.querySelector("span").textContent = words("selected", between(selected));
    }
  };
  const select = (from, to) => {
    const [a, b] = [Math.max(Math.min(from, to), 0), Math.min(Math.max(from, to), whole)];
    const detail = { from: begin + a, to: begin + b };
    document.dispatchEvent(new CustomEvent("ha-report:span", { detail }));
  };
  const deselect = () => document.dispatchEvent(new CustomEvent("ha-report:span", { detail: { from: null, to: null } }));
  // A table may ask for all times again, too.
  document.addEventListener("ha-report:span", ({ detail }) =>
    mark(detail.from === null ? null : [detail.from - begin, detail.to - begin]),
  );
  const mode = (on) => {
    selecting = on;
    plot.classList.toggle("selecting", on);
    one("[data-do=select]").setAttribute("aria-pressed", on);
  };

  // What a mark or a bar tells: read from its title and description

  const title = (element) => element.querySelector("title").textContent;
  const lines = (element) => {
    const rows = element.dataset.rows?.split(" ") ?? [];
    const text = element.querySelector("desc")?.textContent.trim() ?? "";
    return (text ? text.split("\n") : []).map((line, number) => [...line.split("\t"), rows[number] ?? "-"]);
  };
  const panel = one(".told");
  const MOST = 12;
  const tell = (elements) => {
    const list = panel.querySelector(".proof");
    list.replaceChildren();
    panel.querySelector(".what").textContent = title(elements[0]);
    elements.slice(0, MOST).forEach((element, number) => {
      if (number > 0) {
        const head = document.createElement("li");
        const name = document.createElement("b");
        name.textContent = title(element);
        head.append(name);
        list.append(head);
      }
      for (const [place, text, row] of lines(element)) {
        const item = document.createElement("li");
        const where = document.createElement(row === "-" ? "span" : "a");
        where.className = "place";
        where.textContent = place;
        if (row !== "-") {
          where.href = `#${row}`;
        }
        const code = document.createElement("code");
        code.textContent = text;
        item.append(where, code);
        list.append(item);
      }
    });
    if (elements.length > MOST) {
      const rest = document.createElement("li");
      rest.textContent = words("more", { count: elements.length - MOST });
      list.append(rest);
    }
    panel.hidden = false;
  };
  let chosen = null;
  const choose = (element) => {
    chosen?.classList.remove("chosen");
    chosen = element;
    element.classList.add("chosen");
    const entry = known.get(element);
    const group = entry ? [entry, ...entry.group.filter((it) => it !== entry)].map((it) => it.mark) : [element];
    tell(group);
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
    const what = document.createElement("b");
    what.textContent = title(element);
    const [place, text] = lines(element)[0] ?? ["", ""];
    readout.replaceChildren(what, ` ${place ? `${place}: ${text}` : ""}`);
  };
  const target = (event) => event.target.closest?.(".mark, .bar") ?? null;

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

  plot.addEventListener("focusin", (event) => target(event) && hover(target(event)));
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) {
      return;
    }
    const mark = event.target.closest(".mark");
    const keys = {
      "+": () => zoom(0.6),
      "=": () => zoom(0.6),
      "-": () => zoom(1 / 0.6),
      0: () => show(0, whole),
      ArrowLeft: () => (mark ? walk(mark, "ArrowLeft") : pan(-0.2)),
      ArrowRight: () => (mark ? walk(mark, "ArrowRight") : pan(0.2)),
      Escape: () => (panel.hidden ? deselect() : close()),
      ...(mark && {
        ArrowUp: () => walk(mark, "ArrowUp"),
        ArrowDown: () => walk(mark, "ArrowDown"),
        " ": () => choose(mark),
      }),
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  // Mouse and touch

  const pointers = new Map();
  let drag = null;
  let moved = false;
  plot.addEventListener("pointerdown", (event) => {
    const box = plotBox();
    if (event.button !== 0 || event.clientX < box.left || event.target.closest("label, input")) {
      return;
    }
    pointers.set(event.pointerId, event.clientX);
    moved = false;
    drag = { x: event.clientX, view: [...view], t: timeAt(event.clientX), span: selecting || event.shiftKey };
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      drag = { pinch: Math.max(Math.abs(a - b), 10), view: [...view], t: timeAt((a + b) / 2) };
    }
  });
  const move = (event) => {
    if (!pointers.has(event.pointerId) || !drag) {
      return;
    }
    pointers.set(event.pointerId, event.clientX);
    if (drag.pinch) {
      const [a, b] = [...pointers.values()];
      const factor = drag.pinch / Math.max(Math.abs(a - b), 10);
      moved = true;
      show(drag.t - (drag.t - drag.view[0]) * factor, drag.t + (drag.view[1] - drag.t) * factor);
      return;
    }
    const by = event.clientX - drag.x;
    if (!moved && Math.abs(by) < 4) {
      return;
    }
    if (!moved) {
      moved = true;
      plot.setPointerCapture(event.pointerId);
      plot.classList.add("dragging");
    }
    if (drag.span) {
      selected = [drag.t, timeAt(event.clientX)].sort((a, b) => a - b);
      drawSelected();
      return;
    }
    const step = (by / plotBox().width) * (drag.view[1] - drag.view[0]);
    const held = Math.min(Math.max(-step, -drag.view[0]), whole - drag.view[1]);
    show(drag.view[0] + held, drag.view[1] + held);
  };
  const release = (event) => {
    if (!pointers.delete(event.pointerId) || !drag) {
      return;
    }
    if (drag.span && moved) {
      select(drag.t, timeAt(event.clientX));
      mode(false);
    }
    plot.classList.remove("dragging");
    drag = null;
  };
  plot.addEventListener("pointermove", (event) => {
    move(event);
    const box = plotBox();
    const inside = event.clientX >= box.left && event.clientX <= box.right;
    const now = cursor.querySelector(".now");
    now.setAttribute("x1", inside ? event.clientX - box.left : -9);
    now.setAttribute("x2", inside ? event.clientX - box.left : -9);
    if (!drag) {
      hover(target(event));
    }
  });
  plot.addEventListener("pointerleave", () => hover(null));
  plot.addEventListener("pointerup", release);
  plot.addEventListener("pointercancel", release);
  plot.addEventListener("dragstart", (event) => event.preventDefault());
  plot.addEventListener("click", (event) => {
    const element = target(event);
    if (!element) {
      return;
    }
    event.preventDefault();
    if (!moved || event.detail === 0) {
      choose(element); // a key's click has no detail, whatever the pointer did before
    }
  });
  plot.addEventListener("dblclick", (event) => target(event) || zoom(0.4, timeAt(event.clientX)));
  plot.addEventListener(
    "wheel",
    (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(Math.exp(Math.max(-1, Math.min(event.deltaY / 240, 1))), timeAt(event.clientX));
      } else if (sideways) {
        event.preventDefault();
        pan(sideways / plotBox().width);
      }
    },
    { passive: false },
  );

  for (const button of all("[data-do]")) {
    const tasks = {
      in: () => zoom(0.5),
      out: () => zoom(2),
      all: () => show(0, whole),
      focus: () => show(...focus),
      select: () => mode(!selecting),
    };
    button.addEventListener("click", tasks[button.dataset.do]);
  }
  panel.querySelector(".close").addEventListener("click", close);
  note.querySelector("button").addEventListener("click", deselect);
  for (const opener of all(".opener")) {
    opener.addEventListener("change", draw);
  }

  plot.classList.add("live");
  plot.tabIndex = 0;
  one(".tools").hidden = false;
  readout.hidden = false;
  cursor.hidden = false;
  if (!asked()) {
    show(...(focus ?? view), false);
  }
  addEventListener("hashchange", () => asked() && picture.scrollIntoView({ block: "nearest" }));
  new ResizeObserver(() => draw()).observe(axis);
  // Paper has no zoom: it shows the whole.
  addEventListener("beforeprint", () => {
    const before = view;
    view = [0, whole];
    draw();
    addEventListener("afterprint", () => show(...before, false), { once: true });
  });
})();
