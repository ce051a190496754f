"use strict";

// Everything here is asked of the public API, as any other client asks.
const colors = { todo: "#8e8e8e", "in-progress": "#3274d9", blocked: "#e02f44", done: "#56a64b", cancelled: "#c7a76c", created: "#f08c00", completed: "#56a64b", "50%": "#3274d9", "85%": "#f08c00", "95%": "#e02f44" };

const at = id => document.getElementById(id);
const drawn = new Map();

async function ask(path, parameters) {
  const key = sessionStorage.getItem("key");
  const answer = await fetch(`api/${path}`, {
    method: parameters ? "POST" : "GET",
    body: parameters ? new URLSearchParams(parameters) : undefined,
    headers: key ? { "x-functions-key": key } : {},
  });
  if (answer.status === 401) at("key-field").hidden = false;
  const body = await answer.json();
  if (!answer.ok && path !== "health") throw new Error(body.error ?? body.detail ?? `${path}: ${answer.status}`);
  return body;
}

const selector = () => [["team", at("team").value], ["project", at("project").value]].filter(([, value]) => value).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ") || 'project!=""';

async function showHealth() {
  const health = await ask("health");
  const total = health.lag + health.events.decoded;
  at("health").textContent = health.faults.length > 0 ? health.faults.join("; ")
    : `${count(health.events.decoded)} events in; ` + (health.lag > 0 ? `${count(health.lag)} still wait (${Math.floor(100 * health.events.decoded / total)} %)` : "nothing waits");
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
  draw(plot, times, lines.map(line => line.name), values);
}

function draw(plot, times, names, values) {
  const place = drawn.get(plot);
  if (times.length === 0) {
    place.body.replaceChildren(Object.assign(document.createElement("p"), { className: "none", textContent: "nothing yet" }));
    return;
  }

  const format = plot.format ?? count;
  const shown = plot.stacked ? values.map((_, i) => times.map((_, t) => values.slice(0, i + 1).reduce((sum, line) => sum + (line[t] ?? 0), 0))) : values;
  const palette = ["#3274d9", "#f08c00", "#56a64b", "#e02f44", "#8f3bb8", "#37872d", "#c7a76c", "#5794f2"];
  const style = getComputedStyle(document.body);
  const axis = { stroke: style.getPropertyValue("--soft").trim(), grid: { stroke: style.getPropertyValue("--line").trim(), width: 1 }, ticks: { stroke: style.getPropertyValue("--line").trim() } };
  const options = {
    width: place.body.clientWidth,
    height: 240,
    cursor: { sync: { key: "page" } },
    scales: { y: { range: (_, __, top) => [0, top > 0 ? top * 1.05 : 1] } },
    axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map(format) }],
    series: [{}, ...names.map((name, i) => {
      const color = colors[name] ?? palette[i % palette.length];
      return { label: name || "all", stroke: color, width: 2, points: { show: false }, fill: plot.stacked && i === 0 ? `${color}66` : undefined, value: (_, __, ___, t) => t === null || values[i][t] === null ? "–" : format(values[i][t]) };
    })],
    bands: plot.stacked ? names.slice(1).map((name, i) => ({ series: [i + 2, i + 1], fill: `${colors[name] ?? palette[i + 1]}66` })) : undefined,
  };
  place.body.replaceChildren();
  new uPlot(options, [times, ...shown], place.body);
}

async function showProjects() {
  const team = at("team").value;
  const rows = await ask(`rows/projects?limit=1000${team ? `&team=${encodeURIComponent(team)}` : ""}`);
  rows.sort((a, b) => b.tasksBlocked - a.tasksBlocked || b.tasksOpen - a.tasksOpen);
  const today = new Date().toISOString().slice(0, 10);
  at("projects").tBodies[0].replaceChildren(...rows.slice(0, 30).map(row => {
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
at("filters").addEventListener("submit", event => event.preventDefault());
addEventListener("resize", () => show());
setInterval(show, 15000);
show();
