"use strict";

// What the page shows, as queries for Prometheus' API; s are the matchers of the team and the project that are picked.
const day = 86400;
const open = 'category!~"done|cancelled"';
const seconds = value => value >= 2 * day ? `${(value / day).toFixed(1)} d` : value >= 7200 ? `${(value / 3600).toFixed(1)} h` : `${Math.round(value)} s`;
const count = value => Math.round(value).toLocaleString();
const counted = (value, noun) => `${count(value)} ${noun}${Math.round(value) === 1 ? "" : "s"}`;
const lately = (metric, days) => s => `sum(${metric}{${s}}) - (sum(${metric}{${s}} offset ${days}d) or vector(0))`;

const numbers = [
  { title: "open tasks", query: s => `sum(shitops_tasks{${open}, ${s}})` },
  { title: "in progress", query: s => `sum(shitops_tasks{category=~"in-progress|blocked", ${s}})` },
  { title: "blocked", query: s => `sum(shitops_tasks_blocked{${s}})`, warn: 1, bad: 25 },
  { title: "completed in 7 days", query: lately("shitops_tasks_completed_total", 7) },
  { title: "created in 7 days", query: lately("shitops_tasks_created_total", 7) },
  { title: "running projects past due", query: s => `sum((shitops_project_due_timestamp_seconds{${s}} < bool time()) and on (project) shitops_project_info{${open}})`, warn: 1, bad: 5 },
];

const plots = [
  { title: "Open work", hint: "By what its status means, on top of each other. A red band that grows is work that waits.", stacked: true, label: "category", order: ["in-progress", "blocked", "todo"],
    queries: [{ query: s => `sum by (category) (shitops_tasks{${open}, ${s}})` }] },
  { title: "Created and completed", hint: "In the seven days before each moment. While created is above completed, the backlog grows.",
    queries: [{ name: "created", query: lately("shitops_tasks_created_total", 7) }, { name: "completed", query: lately("shitops_tasks_completed_total", 7) }] },
  { title: "Cycle time", hint: "From first in progress to done, of what was completed in the 30 days before: so many are within.", format: seconds,
    queries: [["50%", 0.5], ["85%", 0.85], ["95%", 0.95]].map(([name, q]) => ({ name, query: s => `histogram_quantile(${q}, sum by (le) (increase(shitops_cycle_time_seconds_bucket{${s}}[30d])))` })) },
  { title: "Blocked, by team", hint: "Open tasks that wait, by their status or by a block.", label: "team",
    queries: [{ query: s => `sum by (team) (shitops_tasks_blocked{${s}})` }] },
];
