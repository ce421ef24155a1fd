// Values of a field are found as one types; without this its form asks the server for a page.
const PAUSE = 150;

// Where a browser cannot show what is folded away on a wide screen, it is unfolded.
const drawer = document.querySelector("details.narrow");
if (drawer && !CSS.supports("selector(::details-content)") && matchMedia("(min-width: 48rem)").matches) drawer.open = true;

for (const form of document.querySelectorAll("form.find")) {
  const { field, from, to } = form.dataset;
  const box = form.querySelector("input[type=search]");
  const list = form.parentElement.querySelector("ul.values");
  const before = [...list.children];
  const base = new URL(to, location.href);
  let timer = 0;
  let asking = new AbortController();

  const item = ({ value, label, count }) => {
    const goal = new URL(base);
    const has = goal.searchParams.getAll(field).includes(value);
    if (has) goal.searchParams.delete(field, value);
    else goal.searchParams.append(field, value);
    const link = document.createElement("a");
    if (has) link.className = "on";
    link.href = goal;
    link.textContent = label;
    const number = document.createElement("span");
    number.textContent = count.toLocaleString("en");
    const row = document.createElement("li");
    row.append(link, number);
    return row;
  };

  const none = () => {
    const row = document.createElement("li");
    row.className = "quiet";
    row.textContent = "none";
    return row;
  };

  const find = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const wanted = box.value.trim();
    if (!wanted) return list.replaceChildren(...before);
    const goal = new URL(from, location.href);
    goal.searchParams.set("contains", wanted.slice(0, 200));
    try {
      const answer = await fetch(goal, { signal });
      if (!answer.ok) return;
      const { values } = await answer.json();
      if (!signal.aborted) list.replaceChildren(...(values.length ? values.map(item) : [none()]));
    } catch (error) {
      if (!signal.aborted) list.replaceChildren(...before);
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  });
}
