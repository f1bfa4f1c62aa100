// Made by Scripts/embed-assets of the files beside this one. swift-format-ignore-file

enum AssetText {
    static let style =
        #"""
        :root {
          --ground: #fff; --soft: #f4f5f7; --line: #d8dce2; --ink: #15191f; --faint: #5a6472; --link: #0b57a4;
          --ok: #1a7f64; --bad: #c8102e; --bad-soft: #fdecee; --warn: #9a5b00; --warn-soft: #fff3dc; --busy: #0b57a4;
          --busy-soft: #e6f0fb; --off: #6b46a8; --off-soft: #f0eafa; --hole: #98a2b0;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #11151a; --soft: #1a2027; --line: #323b46; --ink: #e8ebef; --faint: #9aa5b3; --link: #7cb8f5;
            --ok: #3fb594; --bad: #ff6b7a; --bad-soft: #3a171c; --warn: #f0b44c; --warn-soft: #35280f; --busy: #7cb8f5;
            --busy-soft: #14273c; --off: #b99af0; --off-soft: #271f38; --hole: #6d7886;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
        a { color: var(--link); }
        h1 { font-size: 1.35rem; margin: .2rem 0 .6rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
        code, pre { font: 13px/1.5 ui-monospace, monospace; }
        pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem; overflow: auto;
          max-height: 70vh; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
        :focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; border-radius: 3px; }
        .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip:focus { position: static; width: auto; height: auto; clip-path: none; }
        .none, .keys, small, footer { color: var(--faint); }
        header { display: flex; gap: 1rem; align-items: baseline; padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
        header nav { display: flex; gap: 1rem; }
        header .home { font-weight: 700; text-decoration: none; color: var(--ink); }
        header .live { margin-left: auto; color: var(--faint); font-size: .85rem; }
        main { padding: .8rem 1rem 2rem; max-width: 110rem; margin: 0 auto; }
        footer { padding: .8rem 1rem; border-top: 1px solid var(--line); font-size: .85rem; }
        footer .keys { float: right; }
        .banner { background: var(--bad); color: #fff; padding: .7rem 1rem; font-size: 1.05rem; }
        .banner.soft { background: var(--warn-soft); color: var(--ink); font-size: .95rem; }
        @media (prefers-color-scheme: dark) { .banner { background: #a3122a; } }

        /* The counts that are filters, and the search. */
        .bar { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; margin-bottom: .8rem; }
        .bar form { margin-left: auto; }
        input { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--hole); border-radius: 6px;
          padding: .3rem .6rem; }
        .counts { display: flex; flex-wrap: wrap; gap: .4rem; }
        .counts a { text-decoration: none; color: var(--ink); border: 1px solid var(--line); border-radius: 1rem;
          padding: .15rem .75rem; }
        .counts a.failing:not(.zero) { background: var(--bad); border-color: var(--bad); color: #fff; }
        @media (prefers-color-scheme: dark) { .counts a.failing:not(.zero) { background: #a3122a; } }
        .counts a.zero { color: var(--faint); }
        .counts a[aria-current] { box-shadow: inset 0 0 0 2px var(--ink); }

        /* Tables. */
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid var(--line); }
        thead th { font-size: .8rem; color: var(--faint); font-weight: 600; padding-block: .3rem; }
        tbody th { font-weight: 600; overflow-wrap: anywhere; }
        tbody th small { display: block; font-weight: 400; overflow-wrap: normal; }
        td.n, td.next { white-space: nowrap; font-variant-numeric: tabular-nums; }
        td p { margin: .15rem 0 0; overflow-wrap: anywhere; font-size: .9rem; }
        .ns { color: var(--faint); font-weight: 400; }
        .jobs tr.failing { background: var(--bad-soft); box-shadow: inset 5px 0 0 var(--bad); }
        .jobs tr.late { background: var(--warn-soft); box-shadow: inset 5px 0 0 var(--warn); }
        .jobs tbody tr:focus-within, .jobs tbody tr.at { outline: 2px solid var(--busy); outline-offset: -2px; }
        .said { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
        tr.gap td { background: var(--warn-soft); border-left: 4px dashed var(--warn); font-size: .92rem; }
        tr.gap.skipped td { background: var(--soft); border-left-color: var(--hole); }

        /* What is said of a job, and of a run. */
        .chip { display: inline-block; white-space: nowrap; border-radius: 1rem; padding: .05rem .65rem; font-size: .88rem;
          font-weight: 600; border: 1px solid currentcolor; vertical-align: middle; }
        .chip.failing { background: var(--bad); color: #fff; border-color: var(--bad); }
        @media (prefers-color-scheme: dark) { .chip.failing { background: #a3122a; } }
        .chip.late { color: var(--warn); background: var(--warn-soft); }
        .chip.running { color: var(--busy); background: var(--busy-soft); }
        .chip.paused { color: var(--off); background: var(--off-soft); }
        .chip.ok { color: var(--ok); border-color: transparent; padding-left: 0; }
        .chip.new { color: var(--faint); border-color: transparent; padding-left: 0; }
        .o { font-weight: 600; }
        .o.ok { color: var(--ok); }
        .o.failed, .o.timeout, .o.crashed, .o.oom { color: var(--bad); }
        .o.skipped, .o.missed, .o.interrupted { color: var(--warn); }
        .o.cancelled { color: var(--off); }
        .o.going { color: var(--busy); }

        /* A strip: a bar a slot. Each outcome has a colour and a shape. */
        .strip { display: inline-flex; align-items: flex-end; justify-content: flex-end; gap: 1px; height: 26px;
          width: 293px; max-width: 100%; border-bottom: 1px solid var(--line); box-sizing: content-box; }
        .b { display: block; position: relative; width: 5px; height: 26px; flex: none; }
        .b::before { content: ""; position: absolute; left: 0; right: 0; bottom: 0; height: 100%; background: var(--ok);
          border-radius: 1px; }
        .b.h0::before { height: 100%; }
        .b.h1::before { height: 16%; } .b.h2::before { height: 28%; } .b.h3::before { height: 40%; }
        .b.h4::before { height: 52%; } .b.h5::before { height: 64%; } .b.h6::before { height: 76%; }
        .b.h7::before { height: 88%; } .b.h8::before { height: 100%; }
        .b.failed::before, .b.timeout::before, .b.crashed::before, .b.oom::before { background: var(--bad); height: 100%; }
        /* A notch at the top; hatched; broken; broken twice. */
        .b.failed::before { clip-path: polygon(0 0, 50% 20%, 100% 0, 100% 100%, 0 100%); }
        .b.timeout::before { background: repeating-linear-gradient(0deg, var(--bad) 0 4px, transparent 4px 6px); }
        .b.crashed::before { clip-path: polygon(0 0, 100% 15%, 100% 45%, 0 60%, 0 68%, 100% 53%, 100% 100%, 0 100%); }
        .b.oom::before { clip-path: polygon(0 0, 100% 0, 100% 30%, 0 30%, 0 38%, 100% 38%, 100% 66%, 0 66%, 0 74%, 100% 74%,
          100% 100%, 0 100%); }
        .b.missed::before { background: none; border: 1px dashed var(--hole); height: 100%; }
        .b.skipped::before { background: var(--hole); height: 5px; border-radius: 50%; }
        .b.cancelled::before { background: var(--off); clip-path: polygon(0 100%, 100% 55%, 100% 100%); height: 100%; }
        .b.interrupted::before { background: var(--warn); height: 50%; }
        .b.going::before { background: var(--busy); animation: pulse 1.6s ease-in-out infinite; }
        @keyframes pulse { 50% { opacity: .35; } }
        .big .strip { height: auto; width: auto; justify-content: flex-start; gap: 3px; flex-wrap: wrap; }
        .big .b { width: 11px; height: 56px; }
        .big { margin: .8rem 0; }

        /* The timeline: a day and six hours, in five parts. */
        .lanes { table-layout: fixed; }
        .lanes th:first-child { width: 15rem; }
        .lanes td, .lanes thead th:last-child { padding: .25rem 0; }
        .lanes svg { display: block; width: 100%; height: 24px; }
        .axis { display: grid; grid-template-columns: repeat(5, 1fr); font-variant-numeric: tabular-nums; }
        .axis span, .axis b { border-left: 1px solid var(--hole); padding-left: .3rem; white-space: nowrap; overflow: hidden; }
        .axis i { font-style: normal; }
        .axis b { color: var(--bad); border-left: 2px solid var(--bad); }
        .lanes .hour { stroke: var(--line); fill: none; vector-effect: non-scaling-stroke; }
        .lanes .now { stroke: var(--bad); stroke-width: 2; vector-effect: non-scaling-stroke; }
        .lanes .slot { stroke: var(--hole); stroke-width: 2; fill: none; vector-effect: non-scaling-stroke; }
        .lanes .dense { fill: var(--hole); opacity: .45; }
        .lanes rect { fill: var(--ok); }
        .lanes .failed, .lanes .timeout, .lanes .crashed, .lanes .oom { fill: var(--bad); }
        .lanes .missed { fill: none; stroke: var(--warn); stroke-dasharray: 3 2; vector-effect: non-scaling-stroke; }
        .lanes .skipped { fill: var(--hole); }
        .lanes .cancelled { fill: var(--off); }
        .lanes .interrupted { fill: var(--warn); }
        .lanes .going { fill: var(--busy); }

        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .5rem 1.5rem; margin: .8rem 0; }
        .facts dt { color: var(--faint); font-size: .82rem; }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        .schedule, .note { margin: .2rem 0; }
        .pages { margin: 1rem 0; }
        .nothing { color: var(--faint); padding: 1rem 0; }
        .acts { white-space: nowrap; }
        button { font: inherit; font-size: .88rem; color: var(--ink); background: var(--soft); border: 1px solid var(--hole);
          border-radius: 6px; padding: .2rem .65rem; margin-right: .3rem; cursor: pointer; }
        button:hover { border-color: var(--ink); }
        .toast { position: fixed; right: 1rem; bottom: 1rem; max-width: 30rem; background: var(--ink); color: var(--ground);
          border-radius: 8px; padding: .6rem 1rem; opacity: 0; pointer-events: none; }
        .toast.shown { opacity: 1; }
        .toast.bad { background: var(--bad); color: #fff; }
        .login main { max-width: 22rem; margin: 12vh auto; }
        .login input { display: block; width: 100%; margin: .3rem 0 .8rem; }

        /* A narrow screen: each job a card. */
        @media (max-width: 760px) {
          header { flex-wrap: wrap; gap: .4rem 1rem; padding: .5rem .75rem; }
          main { padding: .6rem .75rem 2rem; }
          .bar form { margin: 0; width: 100%; }
          .bar input { width: 100%; }
          .keys { display: none; }
          .jobs, .jobs tbody, .jobs tr { display: block; }
          .jobs thead { display: none; }
          .jobs tr { display: grid; grid-template-columns: 1fr auto; padding: .5rem .25rem .5rem .75rem;
            border-bottom: 1px solid var(--line); }
          .jobs th, .jobs td { border: 0; padding: .15rem .2rem; }
          .jobs td.slots, .jobs td.acts { grid-column: 1 / -1; }
          .jobs td.next::before { content: "next "; color: var(--faint); }
          .jobs .strip { width: 100%; justify-content: flex-start; overflow: hidden; }
          .jobs .b { flex: 0 1 5px; min-width: 2px; }
          .big .b { width: 9px; }
          .runs thead, .events thead, .runs td:nth-child(5):not([colspan]) { display: none; }
          .runs tbody, .events tbody, .runs, .events { display: block; }
          .runs tr, .events tr { display: flex; flex-wrap: wrap; gap: .1rem .8rem; padding: .45rem .2rem;
            border-bottom: 1px solid var(--line); }
          .runs th, .runs td, .events td { border: 0; padding: 0; }
          .runs .said, .events .said { flex-basis: 100%; }
          .runs tr.gap { padding: 0; }
          .runs tr.gap td { flex: 1; padding: .45rem .6rem; }
          .facts { grid-template-columns: 1fr; }
          .lanes, .lanes tbody, .lanes tr, .lanes td, .lanes tbody th { display: block; width: auto; }
          .lanes th:first-child { width: auto; border: 0; padding: .3rem 0 0; }
          .lanes thead tr { display: block; }
          .lanes thead th:first-child { display: none; }
          .lanes thead th { display: block; }
          .axis { font-size: .75rem; }
          .axis i { display: none; }
        }
        @media (prefers-reduced-motion: reduce) {
          * { animation: none !important; transition: none !important; }
        }
        @media (forced-colors: active) {
          .b::before { forced-color-adjust: none; }
        }

        """#
    static let script =
        #"""
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

        """#
    static let icon =
        #"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1a7f64"/><path d="M8 22V13M16 22V9M24 22v-6" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>

        """#
    static let failing =
        #"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#c8102e"/><path d="M10 10l12 12M22 10L10 22" stroke="#fff" stroke-width="4.5" stroke-linecap="round"/></svg>

        """#
}
