"use strict";
// Keeps the page true while it is open. Without it the page loads itself again.
(() => {
  const body = document.body;
  const say = (text, isBad) => {
    const toast = document.getElementById("said");
    if (!toast) return;
    toast.textContent = text;
    toast.className = "toast shown" + (isBad ? " bad" : "");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { toast.className = "toast"; }, 5000);
  };

  // Spans, as the server words them: the two largest units.
  const span = (seconds) => {
    const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"],
      [Math.floor(seconds / 60) % 60, "m"], [seconds % 60, "s"]];
    let first = parts.findIndex((part) => part[0] > 0);
    if (first < 0) first = 3;
    return parts.slice(first, first + 2).filter((part) => part[0] > 0).map((part) => part.join("")).join("");
  };
  const distance = (moment) => {
    const seconds = Math.floor(moment / 1000) - Math.floor(Date.now() / 1000);
    return seconds === 0 ? "now" : seconds > 0 ? "in " + span(seconds) : span(-seconds) + " ago";
  };
  const tick = () => {
    for (const time of document.querySelectorAll("time[data-t]")) {
      const words = distance(Number(time.dataset.t));
      if (time.textContent !== words) time.textContent = words;
    }
  };

  // Cells that have changed, and no others: what has the focus keeps it.
  const fragment = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };
  const patch = (old, fresh) => {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && [...old.querySelectorAll("a, button")].indexOf(focused);
    for (const attribute of fresh.attributes) {
      if (old.getAttribute(attribute.name) !== attribute.value) old.setAttribute(attribute.name, attribute.value);
    }
    [...fresh.children].forEach((cell, index) => {
      const there = old.children[index];
      if (there && there.innerHTML !== cell.innerHTML) there.replaceChildren(...cell.childNodes);
    });
    if (focused && !old.contains(document.activeElement)) old.querySelectorAll("a, button")[place]?.focus();
  };
  const nav = document.querySelector("[data-show]");
  const isShown = (row) => !nav || nav.dataset.show === "all" || row.dataset.is.split(" ").includes(nav.dataset.show);
  const place = (table, row) => {
    const rank = Number(row.dataset.rank);
    const next = [...table.children].find((other) => other !== row && Number(other.dataset.rank) > rank);
    if (row.nextElementSibling !== (next ?? null)) table.insertBefore(row, next ?? null);
  };
  const takeJob = ({id, html}) => {
    refresh(id);
    const table = document.querySelector("#jobs tbody");
    if (!table) return;
    const fresh = fragment("<table><tbody>" + html + "</tbody></table>").querySelector("tr");
    const old = document.getElementById(id);
    if (old) {
      const moved = old.dataset.rank !== fresh.dataset.rank;
      patch(old, fresh);
      if (moved) place(table, old);
    } else if (isShown(fresh) && !new URLSearchParams(location.search).get("q") && table.children.length < 200) {
      table.append(fresh);
      place(table, fresh);
    }
  };
  const takeBoard = (board) => {
    for (const link of document.querySelectorAll("[data-count]")) {
      const count = board[link.dataset.count];
      link.querySelector("b").textContent = count;
      link.classList.toggle("zero", count === 0);
    }
    document.title = (board.failing > 0 ? "(" + board.failing + ") " : "") + body.dataset.title;
    const icon = document.getElementById("icon");
    if (icon) icon.href = board.failing > 0 ? icon.dataset.failing : icon.dataset.ok;
    const banner = document.getElementById("fault");
    if (banner) {
      banner.hidden = !board.fault;
      if (board.fault) banner.textContent = "cronsupd is not there: " + board.fault + ".";
    }
  };

  // The other pages are asked for again, and what has changed in them is put in its place.
  let isAsking = false;
  const reload = async () => {
    const live = document.querySelector("[data-live]");
    if (!live || isAsking || document.hidden) return;
    isAsking = true;
    try {
      const response = await fetch(location.href, {headers: {Accept: "text/html"}});
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh && fresh.innerHTML !== live.innerHTML) swap(live, fresh);
    } catch { /* The next one may come through. */ } finally { isAsking = false; }
  };
  const swap = (live, fresh) => {
    const output = live.querySelector(".output");
    const atEnd = output && output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
    const top = output ? output.scrollTop : 0;
    const focus = [...live.querySelectorAll("a, button, [tabindex]")].indexOf(document.activeElement);
    live.replaceChildren(...fresh.childNodes);
    if (fresh.dataset.every) live.dataset.every = fresh.dataset.every; else delete live.dataset.every;
    const after = live.querySelector(".output");
    if (after && output) after.scrollTop = atEnd ? after.scrollHeight : top;
    if (focus >= 0) live.querySelectorAll("a, button, [tabindex]")[focus]?.focus({preventScroll: true});
  };
  const refresh = (id) => {
    const live = document.querySelector("[data-live]");
    if (!live || (live.dataset.live !== id && live.dataset.live !== "*")) return;
    if (refresh.timer) return;
    refresh.timer = setTimeout(() => { refresh.timer = 0; reload(); }, Number(live.dataset.pace ?? 150));
  };
  setInterval(() => { if (document.querySelector("[data-live][data-every]")) reload(); }, 1000);

  // What comes.
  const live = document.getElementById("live");
  const connect = () => {
    const stream = new EventSource("/api/v1/events?after=" + encodeURIComponent(body.dataset.version));
    stream.addEventListener("job", (event) => takeJob(JSON.parse(event.data)));
    stream.addEventListener("gone", (event) => document.getElementById(JSON.parse(event.data).id)?.remove());
    stream.addEventListener("board", (event) => takeBoard(JSON.parse(event.data)));
    stream.onopen = () => { live.textContent = "● live"; };
    stream.onerror = () => { live.textContent = "○ not live"; };
  };
  if (live && body.dataset.version) connect();
  tick();
  setInterval(tick, 1000);

  // What is done to jobs.
  const act = async (action, job) => {
    const path = "/api/v1/jobs/" + encodeURIComponent(job) + "/" + action;
    try {
      const response = await fetch(path,
        {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"});
      const kind = response.headers.get("Content-Type") ?? "";
      const answer = kind.startsWith("application/json") ? await response.json() : {error: await response.text()};
      say(response.ok ? job + ": " + action : job + ": " + (answer.error ?? response.status), !response.ok);
    } catch (error) {
      say(job + ": " + error.message, true);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-act]");
    if (button) act(button.dataset.act, button.dataset.job);
  });

  // Keys.
  const rows = () => [...document.querySelectorAll("#jobs tbody tr")];
  const here = () => document.activeElement?.closest?.("#jobs tbody tr");
  const move = (step) => {
    const all = rows();
    const at = here();
    const next = at ? all[all.indexOf(at) + step] : all[step > 0 ? 0 : all.length - 1];
    next?.querySelector("a")?.focus();
  };
  const press = (action) => {
    const scope = here() ?? document.querySelector(".job [data-live]");
    const names = action === "pause" ? ["pause", "resume"] : [action];
    const button = names.map((name) => scope?.querySelector("button[data-act=" + name + "]")).find((one) => one);
    button?.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.("input, textarea, select");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    const keys = {"/": () => document.getElementById("q")?.focus(), j: () => move(1), k: () => move(-1),
      r: () => press("run"), p: () => press("pause")};
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
