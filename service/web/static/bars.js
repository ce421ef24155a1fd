// Dragging over the bars of the chart narrows to the dates from the first to the last of them.
const chart = document.querySelector("svg.bars");

function drag(svg) {
  const bars = [...svg.querySelectorAll("a")].map((link) => {
    const { x, width } = link.querySelector("path").getBBox();
    return { link, start: x, end: x + width };
  });
  const shade = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  shade.setAttribute("class", "shade");
  shade.setAttribute("height", svg.viewBox.baseVal.height);
  let from = null;
  let dragged = false;

  const place = (event) => {
    const box = svg.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return share * svg.viewBox.baseVal.width;
  };
  const covered = (one, other) => {
    const [left, right] = [Math.min(one, other), Math.max(one, other)];
    return bars.filter((bar) => bar.end > left && bar.start < right);
  };
  const stop = () => {
    from = null;
    shade.remove();
  };

  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    from = place(event);
    dragged = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = place(event);
    if (!dragged && Math.abs(to - from) * svg.getBoundingClientRect().width < 6 * svg.viewBox.baseVal.width) return;
    if (!dragged) {
      dragged = true;
      svg.setPointerCapture(event.pointerId);
      svg.append(shade);
    }
    shade.setAttribute("x", Math.min(from, to));
    shade.setAttribute("width", Math.abs(to - from));
  });
  svg.addEventListener("pointerup", (event) => {
    const chosen = from !== null && dragged ? covered(from, place(event)) : [];
    stop();
    if (!chosen.length) return;
    const goal = new URL(chosen[0].link.href.baseVal, location.href);
    const last = new URL(chosen.at(-1).link.href.baseVal, location.href);
    goal.searchParams.set("to", last.searchParams.get("to"));
    location.href = goal;
  });
  svg.addEventListener("pointercancel", stop);
  // What was a drag is no click on the bar where it ended.
  svg.addEventListener("click", (event) => {
    if (dragged) event.preventDefault();
    dragged = false;
  }, true);
}

if (chart) drag(chart);
