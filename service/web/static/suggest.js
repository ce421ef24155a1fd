// What is being typed is completed from /v1/suggest: a combobox with a list, as WAI-ARIA has it.
const box = document.querySelector("form[role=search] input[type=search]");
const TYPES = { person: "person", organization: "organisation", place: "place" };
const PAUSE = 120;

function setUp() {
  const list = document.createElement("ul");
  list.id = "offered";
  list.className = "offered";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  box.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
  })) box.setAttribute(name, value);
  return list;
}

if (box) {
  const list = setUp();
  let offered = [];
  let at = -1;
  let typed = box.value;
  let timer = 0;
  let asking = new AbortController();

  const close = () => {
    clearTimeout(timer);
    asking.abort();
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const option = (each, number) => {
    const item = document.createElement("li");
    item.id = `offered-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    text.textContent = each.text;
    const kind = document.createElement("span");
    kind.className = "quiet";
    const what = TYPES[each.key?.split("-")[0]] ?? each.kind;
    kind.textContent = each.count > 1 ? `${what} · ${each.count.toLocaleString("en")}` : what;
    item.append(text, " ", kind);
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => take(each));
    return item;
  };

  const show = (found) => {
    offered = found;
    at = -1;
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    box.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const query = new URLSearchParams({ q: box.value.slice(0, 1000) });
      const answer = await fetch(`/v1/suggest?${query}`, { signal });
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      if (!signal.aborted) show(suggestions);
    } catch (error) {
      if (!signal.aborted) close();
    }
  };

  const take = (each) => {
    close();
    if (each.kind === "entity") {
      location.href = `/entities/${encodeURIComponent(each.key)}`;
      return;
    }
    box.value = typed = each.text;
    box.focus();
  };

  const move = (step) => {
    const places = offered.length + 1; // the text as typed is one of them
    at = ((at + 1 + step + places) % places) - 1;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    box.value = at < 0 || offered[at].kind === "entity" ? typed : offered[at].text;
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };

  box.addEventListener("input", () => {
    typed = box.value;
    clearTimeout(timer);
    if (typed.trim().length) timer = setTimeout(ask, PAUSE);
    else close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      take(offered[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      box.value = typed;
      close();
    }
  });
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
}
