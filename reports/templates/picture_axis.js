// The timeline's scale: which time is in view, where on the screen it stands, and how a time reads.
"use strict";

(() => {
  const element = document.getElementById("picture");
  if (!element) {
    return;
  }
  const EDGE = 1.2; // percent free on both sides, as in lanes_drawing.py
  const SECOND = 1000;
  const DAY = 86400 * SECOND;
  const STEPS = [
    1, 2, 5, 10, 20, 50, 100, 200, 500,
    ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200].map((s) => s * SECOND),
    ...[1, 2, 7, 14, 28, 91, 182, 364].map((d) => d * DAY),
  ];

  const one = (selector) => element.querySelector(selector);
  const begin = Number(element.dataset.begin);
  const whole = Number(element.dataset.end);
  const axis = one(".axis .track");
  const rules = one(".rules");

  // What the scripts of the picture have in common; times are milliseconds since it begins.
  const picture = {
    EDGE,
    SECOND,
    element,
    one,
    begin,
    whole,
    axis,
    all: (selector, root = element) => haReport.all(selector, root),
    plot: one("[data-plot]"),
    focus: element.dataset.focus?.split(" ").map(Number),
    view: [0, whole],
    selected: null,
    words: (name, values) => haReport.filled(element.dataset[name], values),
  };
  haReport.picture = picture;

  const share = (t) => EDGE + ((100 - 2 * EDGE) * (t - picture.view[0])) / (picture.view[1] - picture.view[0]);
  const percent = (number) => `${number.toFixed(3)}%`;
  const plotBox = () => axis.getBoundingClientRect();
  const timeAt = (x) => {
    const box = plotBox();
    const part = (((x - box.left) / box.width) * 100 - EDGE) / (100 - 2 * EDGE);
    return picture.view[0] + part * (picture.view[1] - picture.view[0]);
  };

  // Times as people read them, in UTC

  const iso = (t) => new Date(begin + t).toISOString();
  const clock = (t, step = 1) => {
    const text = iso(t);
    return step >= 60 * SECOND ? text.slice(11, 16) : step >= SECOND ? text.slice(11, 19) : text.slice(11, 23);
  };
  const day = (t) => iso(t).slice(0, 10);
  const severalDays = day(0) !== day(whole);
  const exact = (t) => clock(t, picture.view[1] - picture.view[0] < 60 * SECOND ? 1 : SECOND).replace(/\.000$/, "");
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

  const drawAxis = (width) => {
    const [from, to] = picture.view;
    const most = Math.max(2, Math.floor(width / 105));
    const step = STEPS.find((it) => (to - from) / it < most) ?? STEPS.at(-1);
    const found = [];
    let before = "";
    for (let t = Math.ceil((begin + from) / step) * step - begin; t <= to && found.length < most; t += step) {
      const dated = severalDays && day(t) !== before;
      before = day(t);
      const label = step >= DAY ? before : (dated ? `${before.slice(5)} ` : "") + clock(t, step);
      found.push([percent(share(t)), label, (share(t) / 100) * width > width - 36 ? "tick last" : "tick"]);
    }
    axis.replaceChildren(...found.map(([x, label, name]) => svg("text", { class: name, x, y: 14 }, label)));
    rules.replaceChildren(...found.map(([x]) => svg("line", { x1: x, x2: x, y1: 0, y2: "100%" })));
  };

  Object.assign(picture, { share, percent, plotBox, timeAt, iso, between, svg, drawAxis });
})();
