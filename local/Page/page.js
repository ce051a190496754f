"use strict";

// Everything here is asked of the public API, as any other client asks.

// Each stands out by 3:1 at least from the card, light or dark. When all are taken, they come again dashed, then dotted.
const palette = ["#3274d9", "#d97a00", "#4f9a45", "#e02f44", "#9a58d0", "#12a0b0", "#d565a5", "#7a8594"];
const [blue, orange, green, red, , , , grey] = palette;
const colors = { todo: grey, "in-progress": blue, blocked: red, done: green, cancelled: "#b07f4f", created: orange, completed: green, "50%": blue, "85%": orange, "95%": red };
const strokes = [{ border: "solid" }, { border: "dashed", dash: [8, 4] }, { border: "dotted", dash: [2, 3] }];

const at = id => document.getElementById(id);
const drawn = new Map();

// The answer, and whether there is more than that.
async function request(path, parameters) {
  const key = sessionStorage.getItem("key");
  const answer = await fetch(`api/${path}`, {
    method: parameters ? "POST" : "GET",
    body: parameters ? new URLSearchParams(parameters) : undefined,
    headers: key ? { "x-functions-key": key } : {},
  });
  if (answer.status === 401) at("key-field").hidden = false;
  const body = answer.ok ? await answer.json() : await answer.json().catch(() => ({}));
  if (!answer.ok && !(path === "health" && body.events)) throw new Error(body.error ?? body.detail ?? `${path}: ${answer.status}`);
  return { body, isPart: answer.headers.has("x-continuation-token") };
}

const ask = async (path, parameters) => (await request(path, parameters)).body;

const selector = () => [["team", at("team").value], ["project", at("project").value]].filter(([, value]) => value).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ") || 'project!=""';

async function showHealth() {
  const health = await ask("health");
  const { decoded, unknown, undecodable } = health.events;
  const done = decoded + unknown + undecodable;
  // Rounded down: while something waits, 100 % would not be true.
  const share = Math.floor(1000 * done / (done + health.lag)) / 10;
  at("health").textContent = health.faults.length > 0 ? health.faults.join("; ")
    : `${counted(decoded, "event")} in; ` + (health.lag > 0 ? `${count(health.lag)} still ${health.lag === 1 ? "waits" : "wait"}, ${share} % are done` : "nothing waits");
  at("health").className = health.faults.length > 0 ? "bad" : "";
}

async function showNumbers() {
  const values = await Promise.all(numbers.map(async one => (await ask("v1/query", { query: one.query(selector()) })).data.result[0]?.value[1]));
  at("numbers").replaceChildren(...numbers.map((one, i) => {
    const box = document.createElement("div");
    const value = values[i] === undefined ? NaN : Number(values[i]);
    box.className = `number ${value >= one.bad ? "bad" : value >= one.warn ? "warn" : ""}`;
    const figure = document.createElement("b");
    figure.textContent = Number.isNaN(value) ? "–" : count(value);
    const title = document.createElement("span");
    title.textContent = one.title;
    box.append(figure, title);
    return box;
  }));
}

async function showPlot(plot) {
  const end = Math.floor(Date.now() / 1000);
  const days = Number(at("days").value);
  const step = days * day / 360;
  const answers = await Promise.all(plot.queries.map(one => ask("v1/query_range", { query: one.query(selector()), start: end - days * day, end, step })));
  const lines = answers.flatMap((answer, i) => answer.data.result.map(series => ({ name: plot.queries[i].name ?? series.metric[plot.label] ?? "", points: new Map(series.values.map(([time, value]) => [time, Number(value)])) })));
  if (plot.order) lines.sort((a, b) => plot.order.indexOf(a.name) - plot.order.indexOf(b.name));
  const times = [...new Set(lines.flatMap(line => [...line.points.keys()]))].sort((a, b) => a - b);
  const values = lines.map(line => times.map(time => { const value = line.points.get(time); return Number.isFinite(value) ? value : null; }));
  const whose = at("project").value ? " of this project" : at("team").value ? " of this team" : "";
  draw(plot, times, lines.map(line => line.name), values, `There is nothing${whose} in the last ${days} days.`);
}

// A colour and a stroke for each name: its own, or the next ones that no other name here has.
function looks(names) {
  const own = new Set(names.map(name => colors[name]));
  const free = palette.filter(color => !own.has(color));
  let next = 0;
  return names.map(name => {
    if (colors[name]) return { color: colors[name], ...strokes[0] };
    const number = next++;
    return { color: free[number % free.length], ...strokes[Math.floor(number / free.length) % strokes.length] };
  });
}

function draw(plot, times, names, values, nothing) {
  const place = drawn.get(plot);
  if (!values.some(line => line.some(value => value !== null))) {
    place.body.replaceChildren(Object.assign(document.createElement("p"), { className: "none", textContent: nothing }));
    return;
  }

  const format = plot.format ?? count;
  const shown = plot.stacked ? values.map((_, i) => times.map((_, t) => values.slice(0, i + 1).reduce((sum, line) => sum + (line[t] ?? 0), 0))) : values;
  const look = looks(names);
  const style = getComputedStyle(document.body);
  const axis = { stroke: style.getPropertyValue("--soft").trim(), grid: { stroke: style.getPropertyValue("--line").trim(), width: 1 }, ticks: { stroke: style.getPropertyValue("--line").trim() } };
  const options = {
    width: place.body.clientWidth,
    height: 240,
    cursor: { sync: { key: "page" } },
    scales: { y: { range: (_, __, top) => [0, top > 0 ? top * 1.05 : 1] } },
    axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map(format) }],
    legend: { markers: { dash: (_, i) => look[i - 1].border } },
    series: [{}, ...names.map((name, i) => ({
      label: name || "all",
      stroke: look[i].color,
      dash: look[i].dash,
      width: 2,
      // A line needs two neighbours; what has none would not be seen.
      points: { show: !shown[i].some((value, t) => t > 0 && value !== null && shown[i][t - 1] !== null) },
      fill: plot.stacked && i === 0 ? `${look[i].color}66` : undefined,
      value: (_, __, ___, t) => t === null || values[i][t] === null ? "–" : format(values[i][t]),
    }))],
    bands: plot.stacked ? look.slice(1).map(({ color }, i) => ({ series: [i + 2, i + 1], fill: `${color}66` })) : undefined,
  };
  place.body.replaceChildren();
  new uPlot(options, [times, ...shown], place.body);
}

const few = 30;
let listed = { rows: [], isPart: false, areAllShown: false };

async function showProjects() {
  const team = at("team").value;
  const { body, isPart } = await request(`rows/projects?limit=1000${team ? `&team=${encodeURIComponent(team)}` : ""}`);
  body.sort((a, b) => b.tasksBlocked - a.tasksBlocked || b.tasksOpen - a.tasksOpen);
  listed = { ...listed, rows: body, isPart };
  fillProjects();
}

function fillProjects() {
  const { rows, isPart, areAllShown } = listed;
  const shown = areAllShown ? rows : rows.slice(0, few);
  at("projects-shown").textContent = rows.length === 0 ? "There are none yet."
    : `${count(shown.length)} of ${isPart ? "the first " : ""}${count(rows.length)} shown${isPart ? "; pick a team to see all of its own" : ""}.`;
  at("projects-all").hidden = rows.length <= few;
  at("projects-all").textContent = areAllShown ? `Show ${few}` : `Show all ${count(rows.length)}`;
  const today = new Date().toISOString().slice(0, 10);
  at("projects").tBodies[0].replaceChildren(...shown.map(row => {
    const line = document.createElement("tr");
    const isLate = row.due && row.due < today && !["done", "cancelled"].includes(row.category);
    const cells = [null, row.team, row.status, row.due, row.tasksOpen, row.wip, row.tasksBlocked, row.tasksDone];
    cells.forEach((value, i) => {
      const cell = line.insertCell();
      if (i === 0) {
        const pick = Object.assign(document.createElement("button"), { type: "button", textContent: row.name ?? row.project });
        pick.addEventListener("click", () => { at("project").value = row.project; scrollTo({ top: 0, behavior: "smooth" }); show(); });
        cell.append(pick);
      } else {
        cell.textContent = value === null ? "" : typeof value === "number" ? count(value) : value;
      }
      if ((i === 3 && isLate) || (i === 6 && value > 0)) cell.className = "bad";
    });
    return line;
  }));
}

async function showChoices() {
  for (const id of ["team", "project"]) {
    const known = new Set([...at(id).options].map(option => option.value));
    for (const value of (await ask(`v1/label/${id}/values`)).data) if (!known.has(value)) at(id).add(new Option(value, value));
  }
}

// All at first, since a plot is as wide as its neighbours leave it.
for (const plot of plots) {
  const box = document.createElement("div");
  box.className = "plot";
  box.append(Object.assign(document.createElement("h2"), { textContent: plot.title }), Object.assign(document.createElement("p"), { className: "hint", textContent: plot.hint }));
  const body = document.createElement("div");
  box.append(body);
  at("plots").append(box);
  drawn.set(plot, { body });
}

let isShowing = false;
async function show() {
  if (isShowing) return;
  isShowing = true;
  try {
    await showHealth();
    await Promise.all([showChoices(), showNumbers(), showProjects()]);
    for (const plot of plots) await showPlot(plot);
  } catch (fault) {
    at("health").textContent = fault.message;
    at("health").className = "bad";
  } finally {
    isShowing = false;
    document.body.dataset.shown = String(Date.now());
  }
}

at("filters").addEventListener("change", event => {
  if (event.target.id === "key") sessionStorage.setItem("key", event.target.value);
  if (event.target.id === "team") at("project").value = "";
  show();
});
at("projects-all").addEventListener("click", () => { listed.areAllShown = !listed.areAllShown; fillProjects(); });
at("filters").addEventListener("submit", event => event.preventDefault());
addEventListener("resize", () => show());
setInterval(show, 15000);
show();
