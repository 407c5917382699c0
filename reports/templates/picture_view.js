// What is in view of the timeline: zoom, links to a time (#t=FROM/TO), the selection of a time that filters the tables.
"use strict";

(() => {
  const { picture } = haReport;
  if (!picture) {
    return;
  }
  const { SECOND, begin, element, iso, between, one, percent, plot, plotBox, share, whole, words } = picture;
  const SHORTEST = 10; // milliseconds in view
  const cursor = one(".cursor");
  const isAll = () => picture.view[0] === 0 && picture.view[1] === whole;
  const isFocus = () => picture.view[0] === picture.focus?.[0] && picture.view[1] === picture.focus[1];

  const drawSelected = () => {
    const { selected } = picture;
    const rect = cursor.querySelector(".selected");
    const from = selected ? Math.max(share(selected[0]), 0) : 0;
    const to = selected ? Math.min(share(selected[1]), 100) : 0;
    rect.setAttribute("x", percent(from));
    rect.setAttribute("width", percent(Math.max(to - from, 0)));
  };

  let settled = 0;
  const draw = () => {
    const { width } = plotBox();
    picture.drawAxis(width);
    picture.drawLanes(width);
    cursor.style.height = "0"; // so that it does not hold the frame open itself
    cursor.style.height = `${plot.scrollHeight}px`;
    drawSelected();
    one("[data-do=all]").setAttribute("aria-pressed", isAll());
    one("[data-do=focus]")?.setAttribute("aria-pressed", isFocus());
    one("#picture-title .soft").textContent = words("shown", between(picture.view));
    element.dataset.view = picture.view.map(Math.round).join(" ");
    clearTimeout(settled);
    settled = setTimeout(picture.settle, 100); // looking at what is seen takes longer than moving it
  };

  let pending = 0;
  const show = (from, to, keep = true) => {
    const span = Math.min(Math.max(to - from, Math.min(SHORTEST, whole)), whole);
    const start = Math.min(Math.max((from + to - span) / 2, 0), whole - span);
    picture.view = [start, start + span];
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      draw();
      if (keep) {
        remember();
      }
    });
  };
  const zoom = (factor, around = (picture.view[0] + picture.view[1]) / 2) =>
    show(around - (around - picture.view[0]) * factor, around + (picture.view[1] - around) * factor);
  const pan = (part) => {
    const [from, to] = picture.view;
    const step = Math.min(Math.max(part * (to - from), -from), whole - to);
    show(from + step, to + step);
  };

  // Links to a time: #t=2026-11-23T01:23:20Z/2026-11-23T01:25:00Z

  let written = 0;
  const remember = () => {
    clearTimeout(written);
    written = setTimeout(() => {
      const hash = `#t=${picture.view.map(iso).join("/")}`;
      history.replaceState(null, "", isAll() ? location.pathname + location.search : hash);
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

  // Selecting a time filters the tables, which listen; they may ask for all times again, too.

  const note = one(".selection");
  const tell = (detail) => document.dispatchEvent(new CustomEvent("ha-report:span", { detail }));
  const deselect = () => tell({ from: null, to: null });
  const select = (from, to) =>
    tell({
      from: begin + Math.max(Math.min(from, to), 0),
      to: begin + Math.min(Math.max(from, to), whole),
    });
  document.addEventListener("ha-report:span", ({ detail }) => {
    picture.selected = detail.from === null ? null : [detail.from - begin, detail.to - begin];
    drawSelected();
    note.hidden = picture.selected === null;
    if (picture.selected) {
      note.querySelector("span").textContent = words("selected", between(picture.selected));
    }
  });
  note.querySelector("button").addEventListener("click", deselect);

  Object.assign(picture, { cursor, draw, drawSelected, show, zoom, pan, asked, select, deselect });
})();
