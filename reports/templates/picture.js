// The timeline answers: keys, mouse and touch, its buttons, paper. It reads without any of it.
"use strict";

(() => {
  const { picture } = haReport;
  if (!picture) {
    return;
  }
  const { all, asked, axis, choose, close, cursor, deselect, draw, drawSelected, element, focus, hover, one } = picture;
  const { pan, panel, plot, plotBox, select, show, timeAt, walk, whole, zoom } = picture;
  const target = (event) => event.target.closest?.(".mark, .bar") ?? null;

  let selecting = false;
  const mode = (on) => {
    selecting = on;
    plot.classList.toggle("selecting", on);
    one("[data-do=select]").setAttribute("aria-pressed", on);
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
    drag = { x: event.clientX, view: picture.view, t: timeAt(event.clientX), span: selecting || event.shiftKey };
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      drag = { pinch: Math.max(Math.abs(a - b), 10), view: picture.view, t: timeAt((a + b) / 2) };
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
      picture.selected = [drag.t, timeAt(event.clientX)].sort((a, b) => a - b);
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
  for (const opener of all(".opener")) {
    opener.addEventListener("change", draw);
  }

  plot.classList.add("live");
  plot.tabIndex = 0;
  one(".tools").hidden = false;
  cursor.hidden = false;
  if (!asked()) {
    show(...(focus ?? [0, whole]), false);
  }
  addEventListener("hashchange", () => asked() && picture.scrollIntoView({ block: "nearest" }));
  new ResizeObserver(() => draw()).observe(axis);
  // Paper has no zoom: it shows the whole.
  addEventListener("beforeprint", () => {
    const before = picture.view;
    picture.view = [0, whole];
    draw();
    addEventListener("afterprint", () => show(...before, false), { once: true });
  });
})();
